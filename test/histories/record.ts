/**
 * Records the rollouts of `stories.ts` that have no history yet: `npm run histories`. A history once committed is
 * never recorded anew: it stands for rollouts that run somewhere while the workflow's code changes.
 *
 * `NAME.json` is the first run of a rollout, `NAME.run-2.json` the one it continued as. Exits with 1 and the reason if
 * a rollout did not go as its story says, or took longer than two minutes: nothing is written of that one.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sleep } from '@temporalio/activity';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkflowBundleOption } from '@temporalio/worker';
import { LoadTurns } from '../../activities/load-turns.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { registeringArguments } from '../../src/temporal/search-attributes.ts';
import { createWorkers } from '../../src/worker.ts';
import { workflowCode } from '../../src/worker/workflow-code.ts';
import type { rollout } from '../../workflows/rollout.ts';
import { temporalPath } from '../support/binaries.ts';
import { everything } from '../support/grants.ts';
import { World } from '../support/world.ts';
import { steps, stories } from './stories.ts';
import type { Handle, Story } from './story.ts';

/** A rollout that takes longer (ms) will not end. */
const longest = 120_000;

/** Runs a rollout on workers and in a world of its own, and writes each of its runs down. */
async function record(
  { client, nativeConnection: connection }: TestWorkflowEnvironment,
  workflowBundle: WorkflowBundleOption,
  name: string,
  story: Story,
): Promise<void> {
  const world = new World();
  story.world?.(world);
  const workers = await createWorkers(
    { connection, namespace: 'default' },
    { slots: { effects: 20, watch: 20, load: 4 }, cachedRollouts: null, shutdownGrace: 10_000 },
    {
      adapters: world.adapters,
      grants: everything,
      clock: { now: () => Date.now(), sleep },
      loadTurns: new LoadTurns(1000),
    },
    { workflowBundle },
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  const handle = await start(client, name, story.spec);
  try {
    await Promise.race([live(client, handle, world, story), running, timeout()]);
    const histories = await historiesOf(client, handle);
    const { runs = 1 } = story;
    if (histories.length !== runs)
      throw new Error(`took ${String(histories.length)} runs; its story says ${String(runs)}`);
    for (const [at, history] of histories.entries())
      await writeFile(pathOf(name, at + 1), withoutThisMachine(history));
  } catch (error) {
    // The workers of the next rollout would go on with it.
    await handle.terminate().catch(() => undefined);
    throw error;
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
  }
}

/** @returns the rollout's latest run, whichever that is */
async function start(client: Client, name: string, spec: Story['spec']): Promise<Handle> {
  const workflowId = `rollout/${name}`;
  const small: RolloutSpec = {
    service: name,
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:1/' },
    every: '1s',
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:1/health' } }],
    steps,
  };
  await client.workflow.start<typeof rollout>('rollout', {
    args: [{ ...small, ...spec }],
    taskQueue: 'coalmine',
    workflowId,
  });
  return client.workflow.getHandle<typeof rollout>(workflowId);
}

async function live(client: Client, handle: Handle, world: World, { act, ends }: Story): Promise<void> {
  await act?.(handle, world, client);
  const end = await handle.result().then(
    ({ outcome }) => outcome,
    (error: unknown) => failureOf(error),
  );
  if (end !== ends) throw new Error(`ended as ${end}; its story says ${ends}`);
}

function failureOf(error: unknown): string {
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)
    return error.cause.type ?? error.cause.message;
  throw error;
}

async function timeout(): Promise<never> {
  await delay(longest, null, { ref: false });
  throw new Error(`has not ended after ${String(longest / 1000)}s`);
}

/** Each run's history as JSON, from the first to the latest. */
async function historiesOf(client: Client, { workflowId }: Handle): Promise<string[]> {
  const histories: string[] = [];
  for (let runId: string | null | undefined = ''; typeof runId === 'string';) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.unshift(historyToJSON(history));
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || null;
  }
  return histories;
}

/** Stack traces, identities and sticky queues name the machine that recorded; replaying needs none of them. */
function withoutThisMachine(history: string): string {
  return JSON.stringify(
    JSON.parse(history),
    (key, value: unknown) => {
      if (key === 'stackTrace') return '';
      return typeof value === 'string' && /^(coalmine )?\d+@/.test(value) ? 'recorded' : value;
    },
    2,
  );
}

function pathOf(name: string, run: number): string {
  const file = run === 1 ? `${name}.json` : `${name}.run-${String(run)}.json`;
  return fileURLToPath(new URL(file, import.meta.url));
}

const missing = Object.entries(stories).filter(([name]) => !existsSync(pathOf(name, 1)));
if (missing.length > 0) {
  // Its faults are part of the stories.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowBundle = await bundleWorkflowCode({
    ...workflowCode(new URL('../../workflows/', import.meta.url), '.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await temporalPath() },
      extraArgs: [...registeringArguments],
    },
  });
  try {
    for (const [name, story] of missing) {
      const began = Date.now();
      try {
        await record(env, workflowBundle, name, story);
        process.stdout.write(`${name}: ${story.ends}, ${String(Math.round((Date.now() - began) / 1000))}s\n`);
      } catch (error) {
        process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await env.teardown();
  }
}
