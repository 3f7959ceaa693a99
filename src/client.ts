/** The public module `coalmine/client`. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { readConfig } from './config.ts';
import type { RolloutResult } from './domain/rollout.ts';
import { summaryText } from './text/markdown.ts';
import { taskQueues } from './domain/surface.ts';
import { checkSize } from './spec/parse.ts';
import type { Plan, RolloutSpec } from './spec/schema.ts';
import { connectClient } from './temporal/client-connection.ts';
import type { Message } from '../workflows/messages.ts';
import { briefOf, type Brief } from './client/brief.ts';
import { begin } from './client/begin.ts';
import { endStay } from './client/end-stay.ts';
import { endingOf } from './client/ending.ts';
import { AlreadyRunning, RolloutFailed } from './client/errors.ts';
import type { Surveyed } from '../activities/survey.ts';
import { latestRun, lookAt, type Answer, type RolloutWorkflow } from './client/look.ts';
import { visibilityQuery, type Filter } from './client/query.ts';
import type { Reply } from './client/reply.ts';
import { send } from './client/send.ts';
import { soon } from './client/soon.ts';
import { watch, type Sight } from './client/watch.ts';

/** What a spec would measure: its plan, and what each metric got. */
export interface Survey {
  plan: Plan;
  metrics: Surveyed[];
}

export type { Answer, Brief, Filter, Message, Reply, RolloutResult, Sight };
export type { Outcome, Phase } from './domain/rollout.ts';
export type { RolloutStatus } from './domain/status.ts';
export { endingText, type Ending } from './client/ending.ts';
export { unpauseCommand, type TemporalPause } from './client/temporal-pause.ts';
export type { WaitingLoad } from './client/waiting-load.ts';
export type { WorkflowState } from './client/workflow-state.ts';
export { AlreadyRunning, isUnreachable, NotRunning, RolloutFailed } from './client/errors.ts';

/**
 * Connects to the server that the command line would talk to: the one that the environment names
 * (`TEMPORAL_ADDRESS`, a profile, TLS, an API key), else the one that `coalmine dev` runs in this directory.
 *
 * Throws within about five seconds: an error that `isUnreachable` knows where no server answers, and one that
 * names the variable where what the environment says cannot be used.
 *
 * @returns Temporal's own client, to be closed by `client.connection.close()`
 */
export async function connect(): Promise<Client> {
  return (await connectClient(readConfig())).client;
}

/**
 * What one can do with rollouts from outside: start them, look at them, and talk to them. One rollout runs per
 * service, so the service's name is the address. Every call ends within seconds, except `result` and `watch`.
 *
 * A message (`pause` to `abandon`) is never lost once it is accepted: its `Reply` says whether the rollout has
 * handled it, and if not, why. Each throws NotRunning where no rollout of the service runs.
 */
export class Rollouts {
  readonly #client: Client;

  /** @param client what `connect` gives, or a client of your own: its namespace is the one that is looked at */
  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Starts a rollout. The worker validates the spec again and completes it: where it refuses it, the rollout ends
   * without a result, before any effect. `parseSpec` and `completeSpec` of `coalmine/spec` say so beforehand.
   *
   * A rollout of the same service that only keeps stable still (`promote: swap`, phase `keeping`) is ended first: stable is
   * made its version, and this call waits for that, which takes as long as a promotion.
   *
   * Throws AlreadyRunning while any other of the same service runs, and SpecError, before anything starts, if the spec is no
   * plain data or too large for a rollout to carry ([limits](../docs/limits.md)).
   *
   * @param options.onWait is told of the rollout that is ended and waited for
   * @returns the workflow's id, and that of its first run, which `watch` takes
   */
  async start(
    spec: RolloutSpec,
    { onWait = () => undefined }: { onWait?: (running: Brief) => void } = {},
  ): Promise<{ rollout: string; runId: string }> {
    checkSize(spec);
    const started = await begin(this.#client, spec);
    if (started !== null) return started;
    const running = await latestRun(this.#client, spec.service);
    const ended = await endStay(this.#client, running, spec, onWait);
    const startedThen = ended ? await begin(this.#client, spec) : null;
    if (startedThen !== null) return startedThen;
    throw new AlreadyRunning(briefOf(await latestRun(this.#client, spec.service)));
  }

  /**
   * Has a worker run every query of a spec once, from where it is: nothing is deployed and nothing is changed. Takes some
   * seconds.
   *
   * Throws SpecError as `start` does, and RolloutFailed if the worker refuses the spec (`SpecRefused`), or none has answered in two minutes.
   */
  async validate(spec: RolloutSpec): Promise<Survey> {
    checkSize(spec);
    const workflowId = `validate/${spec.service}/${randomUUID()}`;
    const handle = await soon(this.#client, () =>
      this.#client.workflow.start<(spec: RolloutSpec) => Promise<Survey>>('validate', {
        args: [spec],
        workflowId,
        taskQueue: taskQueues.effects,
        workflowExecutionTimeout: '2m',
        staticSummary: summaryText(`${spec.service} ${spec.version}`),
      }),
    );
    const ending = await endingOf(() => handle.result());
    if (ending.how === 'completed') return ending.result;
    throw new RolloutFailed(workflowId, ending);
  }

  /** Where the latest rollout of a service stands or how it ended. Throws NotRunning if there has never been one. */
  async status(service: string): Promise<Answer> {
    return lookAt(this.#client, await latestRun(this.#client, service));
  }

  /** The rollouts that have not ended, or those that the filter asks for, latest first; a few seconds behind. */
  async *list(filter: Filter = {}): AsyncGenerator<Brief> {
    for await (const info of this.#client.workflow.list({ query: visibilityQuery(filter) }))
      yield briefOf(info);
  }

  /** Waits for the end of a service's latest rollout. Throws RolloutFailed if it ends without a result. */
  async result(service: string): Promise<RolloutResult> {
    const { workflowId, runId } = await latestRun(this.#client, service);
    const handle = this.#client.workflow.getHandle<RolloutWorkflow>(workflowId, runId);
    const ending = await endingOf(() => handle.result());
    if (ending.how === 'completed') return ending.result;
    throw new RolloutFailed(workflowId, ending);
  }

  /**
   * Looks at a rollout about once a second until it has ended; the last sight carries its ending. Less often, and
   * with a sight that says so, while no worker or no server answers. Leaving the loop ends nothing but the looks.
   *
   * Throws NotRunning if there has never been one, and the server's error once it has been away for five minutes.
   *
   * @param firstRunId the first run of the rollout that is meant, as `start` gives it; the latest rollout without
   */
  watch(service: string, firstRunId?: string): AsyncIterable<Sight> {
    return watch(this.#client, service, firstRunId);
  }

  /** Stops the clock of the bake and holds the weight; judging goes on. */
  pause(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'pause', message);
  }

  /** Goes on after a pause; tries again at once when stuck. */
  resume(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'resume', message);
  }

  /** Approves the gate that is open. */
  approve(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'approve', message);
  }

  /** Rejects the gate that is open: the canary is taken back. */
  reject(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'reject', message);
  }

  /** Takes the canary back now. */
  abort(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'abort', message);
  }

  /** Skips what remains of the steps, but not a gate; replaces stable now when it is kept; goes forward again when halted. */
  promote(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'promote', message);
  }

  /** Gives up a rollout that is stuck or halted, leaving the target as it is. */
  abandon(service: string, message: Message = {}): Promise<Reply> {
    return send(this.#client, service, 'abandon', message);
  }
}
