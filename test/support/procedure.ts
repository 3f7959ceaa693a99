import { LoadTurns } from '../../activities/load-turns.ts';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { WorkflowFailedError, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { sleep } from '@temporalio/activity';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Outside } from '../../activities/adapters.ts';
import type { Grants } from '../../activities/ports.ts';
import type { Phase, RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { searchAttributes } from '../../src/domain/surface.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { registerSearchAttributes } from '../../src/temporal/search-attributes.ts';
import { createWorkers } from '../../src/worker.ts';
import type { rollout } from '../../workflows/rollout.ts';
import type { Message, Receipt, Verb } from '../../workflows/messages.ts';
import { signals, statusQuery } from '../../workflows/messages.ts';
import { everything } from './grants.ts';
import type { World } from './world.ts';

/**
 * A time-skipping server: made once for a file of tests. The server's time only passes in the workflow's own
 * timers; the activities do not wait, and a chapter's ticks are there at once.
 */
export interface Procedure {
  env: TestWorkflowEnvironment;
  /** The workers run for as long as `work` takes, against this world, and may do what `grants` says: by default all. */
  with<T>(world: World, work: (start: Start) => Promise<T>, grants?: Grants): Promise<T>;
  close(): Promise<void>;
}

type Start = (spec: Partial<RolloutSpec>) => Promise<Run>;

/** A rollout that runs. */
export interface Run {
  handle: WorkflowHandleWithFirstExecutionRunId<typeof rollout>;
  status(): Promise<RolloutStatus>;
  /** Waits in real time until the status is as wanted; the server's time does not pass by it. */
  until(what: Phase | ((status: RolloutStatus) => boolean)): Promise<RolloutStatus>;
  /** By a signal: updates now and then lose a workflow task on the time-skipping server. */
  send(verb: Verb, message?: Message): Promise<Receipt>;
  signal(verb: Verb, message?: Message): Promise<void>;
  result(): Promise<RolloutResult>;
  /** The message of the failure that the workflow ends with. */
  failure(): Promise<string>;
}

/** A small spec: 5, 25, 50% with a minute each, judged by one status. */
const smallSpec: RolloutSpec = {
  service: 'shop',
  version: 'v2',
  target: { type: 'http', url: 'http://127.0.0.1:1/' },
  every: '10s',
  metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:1/health' } }],
  steps: [
    { weight: 5, bake: '1m' },
    { weight: 25, bake: '1m' },
    { weight: 50, bake: '1m' },
  ],
};

let told = false;

/** A worker warns of every fault that a test makes; only once per process may it be told not to. */
function warnLess(): void {
  if (told) return;
  told = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
}

/** Errors, compared with stable's. */
export const comparedErrors = {
  name: 'errors',
  kind: 'rate',
  source: {
    type: 'http',
    url: 'http://127.0.0.1:1/stats?track=$track',
    events: '$.errors',
    total: '$.requests',
  },
} as const;

/** The small spec, judged by a status that is good if it is this. */
export function statusSays(ok: string): RolloutSpec {
  const url = 'http://127.0.0.1:1/health';
  return {
    ...smallSpec,
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url }, ok: [ok] }],
  };
}

export async function createProcedure(): Promise<Procedure> {
  warnLess();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('testServer') } },
  });
  await registerSearchAttributes(
    env.connection,
    'default',
    Object.keys(searchAttributes) as (keyof typeof searchAttributes)[],
  );
  return {
    env,
    with: (world, work, grants = everything) => withWorkers(env, world, work, grants),
    close: () => env.teardown(),
  };
}

async function withWorkers<T>(
  env: TestWorkflowEnvironment,
  world: World,
  work: (start: Start) => Promise<T>,
  grants: Grants,
): Promise<T> {
  const outside: Outside = {
    adapters: world.adapters,
    grants,
    clock: { now: () => env.currentTimeMs(), sleep: () => sleep(1) },
    loadTurns: new LoadTurns(1000),
  };
  const workers = await createWorkers(
    { connection: env.nativeConnection, namespace: 'default' },
    { slots: { effects: 20, watch: 20, load: 4 }, cachedRollouts: null, shutdownGrace: 10_000 },
    outside,
    { workflowBundle: { codePath: inject('workflowBundle') } },
  );
  const running = workers.map((worker) => worker.run());
  try {
    return await work((spec) => start(env, spec));
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

async function start(env: TestWorkflowEnvironment, spec: Partial<RolloutSpec>): Promise<Run> {
  const service = spec.service ?? `shop-${randomUUID()}`;
  const handle = await env.client.workflow.start<typeof rollout>('rollout', {
    args: [{ ...smallSpec, service, ...spec }],
    taskQueue: 'coalmine',
    workflowId: `rollout/${service}`,
    workflowTaskTimeout: '30s',
  });
  const status = async (): Promise<RolloutStatus> => {
    await quiet(handle);
    return handle.query(statusQuery);
  };
  const until: Run['until'] = async (what) => {
    const wanted = typeof what === 'string' ? (now: RolloutStatus): boolean => now.phase === what : what;
    for (const end = Date.now() + 20_000; ;) {
      const now = await status();
      if (wanted(now)) return now;
      if (Date.now() > end)
        throw new Error(`waited in vain for ${String(what)}; it is ${JSON.stringify(now, null, 1)}`);
    }
  };
  return {
    handle,
    status,
    until,
    async send(verb, message = {}) {
      const { length } = (await status()).messages;
      await handle.signal(signals[verb], message);
      const { messages } = await until((now) => now.messages.length > length);
      const { handled, text } = messages[length] ?? { handled: false, text: '' };
      return { handled, text };
    },
    signal: (verb, message = {}) => handle.signal(signals[verb], message),
    result: () => handle.result(),
    async failure() {
      try {
        const result = await handle.result();
        return `it did not fail: ${JSON.stringify(result)}`;
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) throw error;
        return error.cause?.message ?? '';
      }
    },
  };
}

/** Waits until nothing happens: the time-skipping server loses a workflow task that a query or an update meets. */
async function quiet(handle: Run['handle']): Promise<void> {
  const end = Date.now() + 90_000;
  for (let before = -1; ;) {
    const { historyLength } = await handle.describe();
    // On a busy machine a task may be under way for longer than the pause between two looks.
    if (historyLength === before && !(await hasTask(handle))) return;
    if (Date.now() > end) throw new Error(`it did not come to rest: ${await lastEvents(handle)}`);
    before = historyLength;
    await delay(60);
  }
}

async function lastEvents(handle: Run['handle']): Promise<string> {
  const { events } = await handle.fetchHistory();
  return historyToJSON({ events: events?.slice(-6) ?? [] });
}

/** A workflow task waits for a worker, or is with one. */
async function hasTask(handle: Run['handle']): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const last = events?.findLast(
    (event) =>
      event.workflowTaskScheduledEventAttributes ??
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes,
  );
  return Boolean(last?.workflowTaskScheduledEventAttributes);
}
