import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { open } from '../client/query.ts';
import { serviceOf } from '../domain/surface.ts';
import { clientCodec, UndecryptableError, workerCodec } from '../payloads/codec.ts';
import type { PayloadKeys } from '../payloads/keys.ts';
import { builtWorkflows } from './built-workflows.ts';
import { taskLimit } from './task-limit.ts';

/** Whether a rollout can go on with the workflow code of this installation. */
export interface Replayed {
  service: string;
  /** The workflow id. */
  rollout: string;
  /** The open run: the only one that still has to go on. */
  runId: string;
  /** Events in its history. */
  events: number;
  /** Why the rollout cannot go on, in a sentence; null if it can. */
  problem: string | null;
}

/**
 * Replays the history of every open rollout with the workflow code of this installation. It changes nothing and runs no
 * activity. One history is in memory at a time.
 *
 * @param keys decrypt the payloads; a rollout that they cannot decrypt counts as a problem
 */
export async function* replayOpenRollouts(client: Client, keys: PayloadKeys): AsyncGenerator<Replayed> {
  Runtime.install({
    // What goes wrong is in the results.
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
    // There is nothing to end gracefully.
    shutdownSignals: [],
  });
  const reading = clientCodec(keys);
  const unreadable: Replayed[] = [];
  let at: Omit<Replayed, 'problem'> | undefined;
  async function* histories(): AsyncGenerator<{ workflowId: string; history: History }> {
    for await (const { workflowId, runId } of client.workflow.list({
      query: `WorkflowType = "rollout" AND ${open}`,
    })) {
      const history = await historyOf(client, workflowId, runId);
      if (history === null) continue;
      const events = history.events ?? [];
      at = { service: serviceOf(workflowId), rollout: workflowId, runId, events: events.length };
      try {
        await reading.decode(events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []);
      } catch (error) {
        if (!(error instanceof UndecryptableError)) throw error;
        unreadable.push({ ...at, problem: error.message });
        continue;
      }
      yield { workflowId, history };
    }
  }
  const options = {
    ...taskLimit,
    ...(await builtWorkflows()),
    dataConverter: { payloadCodecs: [workerCodec(keys)] },
  };
  for await (const { error } of Worker.runReplayHistories(options, histories())) {
    yield* unreadable.splice(0);
    if (at !== undefined) yield { ...at, problem: error === undefined ? null : reasonOf(error) };
  }
  yield* unreadable;
}

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Null if the server has deleted the run since it was listed. */
async function historyOf(client: Client, workflowId: string, runId: string): Promise<History | null> {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The failure's own words, out of the debugging text of the SDK's native half. */
function reasonOf({ message }: Error): string {
  const quoted = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  return quoted?.replaceAll('\\n', ' ').replaceAll(/\\(.)/g, '$1') ?? message;
}
