/**
 * Records a history of each kind of rollout that has none yet: `npm run histories`. A history once committed is
 * never recorded anew: it stands for rollouts that run somewhere while the workflow's code changes.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sleep } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Track } from '../../src/domain/rollout.ts';
import type { Reading } from '../../src/judge/samples.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { registeringArguments } from '../../src/temporal/search-attributes.ts';
import { createWorkers } from '../../src/worker.ts';
import { signals, statusQuery } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/rollout.ts';
import { scoring } from '../support/kayenta.ts';
import { temporalPath } from '../support/binaries.ts';
import { everything } from '../support/grants.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import { World } from '../support/world.ts';

type Handle = WorkflowHandle<typeof rollout>;

interface Story {
  spec: Partial<RolloutSpec>;
  world?: (world: World) => void;
  /** What people do. */
  act?: (handle: Handle, world: World, client: Client) => Promise<void>;
  /** What is recorded is the run that the rollout began with, which ended by going on in a new one. */
  firstRun?: true;
}

const steps: RolloutSpec['steps'] = [
  { weight: 5, bake: '2s' },
  { weight: 50, bake: '2s' },
];

const until = async (handle: Handle, wanted: (status: RolloutStatus) => boolean): Promise<void> => {
  while (!wanted(await handle.query(statusQuery))) await delay(50);
};

const phase = (handle: Handle, name: RolloutStatus['phase']): Promise<void> =>
  until(handle, (status) => status.phase === name);

const stories: Record<string, Story> = {
  promoted: { spec: { steps, load: { type: 'http', path: '/' } } },
  'rolled-back': {
    spec: { steps: [{ weight: 5, bake: '2s' }, { weight: 50, bake: '1s', onInconclusive: 'roll-back' }] },
    world: (world) => {
      world.measure = () => ({ status: world.split.weight < 50 ? 'ok' : 'bad' });
    },
  },
  gated: {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on', by: ['ann'] }, { weight: 100, bake: '1s' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await handle.signal(signals.approve, { by: 'eve' });
      await handle.signal(signals.approve, { by: 'ann' });
    },
  },
  'gate-missed': {
    spec: { steps: [{ weight: 5, bake: '1s' }, { approve: 'go on', within: '2s' }], notify: [hook()] },
  },
  'paused-and-aborted': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await phase(handle, 'baking');
      await handle.signal(signals.pause, { by: 'ann' });
      await phase(handle, 'paused');
      await handle.signal(signals.resume);
      await handle.signal(signals.abort, { by: 'ann', reason: 'enough' });
    },
  },
  cancelled: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle) => {
      await until(handle, (status) => status.weight === 5);
      await handle.cancel();
    },
  },
  'held-without-a-signal': {
    spec: { steps, onNoSignal: { hold: '3s' } },
    world: (world) => {
      world.measure = () => ({ missing: 'no answer' });
    },
    act: async (handle, world) => {
      await phase(handle, 'paused');
      world.measure = () => ({ status: 'ok' });
      await handle.signal(signals.resume);
    },
  },
  stuck: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'refused');
      await handle.signal(signals.abort);
      await phase(handle, 'stuck');
      world.failAlways('split', 'none');
      await handle.signal(signals.resume);
    },
  },
  halted: {
    spec: { steps: [{ weight: 50, bake: '2s' }] },
    world: (world) => {
      world.failAlways('promote', 'refused');
    },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 50);
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
      await phase(handle, 'halted');
      world.failAlways('promote', 'none');
      await handle.signal(signals.promote);
    },
  },
  'first-release': {
    spec: { first: true },
    world: (world) => {
      world.stable = [];
    },
  },
  'one-url': {
    spec: { target: { type: 'http', deploy: 'http://127.0.0.1:1/app' }, stable: 'v1', steps: [{ bake: '2s' }] },
    world: (world) => {
      world.can = { check: false, promote: false, remove: false, split: false, read: false, fence: false };
      world.measure = () => ({ status: 'warming' });
    },
  },
  refused: { spec: { every: 'often' } },
  'compared-promoted': {
    spec: { metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
    },
  },
  'compared-rolled-back': {
    spec: { metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 3);
    },
  },
  calibrated: {
    spec: {
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          source: { type: 'prometheus', url: 'http://127.0.0.1:1', preset: 'http-server', match: 'track="$track"' },
        },
      ],
      steps,
    },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
      const minutes = Array.from({ length: 240 }, (_, at) => ({ events: 5 + (at % 3), total: 600 }));
      world.remember = () => Promise.resolve({ kind: 'rate', copies: [minutes, minutes.toReversed()] });
    },
  },
  'fresh-baseline': {
    spec: { baseline: 'fresh', metrics: [errors()], steps },
    world: (world) => {
      world.measure = (_, track) => errorsOf(track, world, 1);
    },
  },
  'load-not-counted': {
    spec: {
      load: { type: 'http', path: '/', rate: '100/s', duration: '1s', bake: 'http://127.0.0.1:1/' },
      metrics: [errors()],
      steps: [{ weight: 50, bake: '4s' }],
      onNoSignal: { hold: '2s' },
    },
    world: (world) => {
      world.report = { requests: 1000, errors: 0 };
      world.measure = () => ({ events: 0, total: 20 });
    },
    act: async (handle) => {
      await phase(handle, 'paused');
      await handle.signal(signals.abort);
    },
  },
  'crowded-at-a-gate': {
    spec: { steps: [{ approve: 'go on' }] },
    act: async (handle) => {
      await phase(handle, 'waiting');
      await flood(handle, 520);
      await handle.signal(signals.approve, { by: 'ann' });
    },
    firstRun: true,
  },
  'crowded-while-restoring': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'hang');
      await handle.signal(signals.abort);
      await phase(handle, 'restoring');
      await flood(handle, 1_020);
      world.failAlways('split', 'none');
    },
    firstRun: true,
  },
  'stuck-in-a-new-run': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.failAlways('split', 'refused');
      await handle.signal(signals.abort, { id: 'once' });
      await phase(handle, 'stuck');
      const { runId } = await handle.describe();
      await flood(handle, 520);
      while ((await handle.describe()).runId === runId) await delay(50);
      world.failAlways('split', 'none');
      await handle.signal(signals.resume, { id: 'once' });
    },
  },
  'stable-unread': {
    spec: { steps: [{ approve: 'go on' }], notify: [hook()] },
    act: async (handle, world) => {
      await phase(handle, 'waiting');
      world.failAlways('check', 'refused');
      await handle.signal(signals.approve, { by: 'ann' });
      await phase(handle, 'holding');
      world.atPromotion = () => {
        world.failAlways('check', 'none');
      };
      await handle.signal(signals.promote, { by: 'ann' });
    },
  },
  'put-back-over-a-change': {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    world: (world) => {
      world.can.remove = false;
    },
    act: async (handle, world) => {
      await until(handle, (status) => status.weight === 5);
      world.stable = ['v1', 'v1.1'];
      await handle.signal(signals.abort);
      await until(handle, ({ doing }) => doing.includes('v1, v1.1'));
      world.stable = ['v1.1'];
    },
  },
  reset: {
    spec: { steps: [{ weight: 5, bake: '1h' }] },
    act: async (handle, _, client) => {
      await until(handle, (status) => status.weight === 5);
      await resetToBegin(client, handle);
      await until(handle, (status) => status.weight === 5);
      await resetToBegin(client, handle);
      await until(handle, (status) => status.weight === 5);
      await handle.signal(signals.abort, { by: 'ann', id: 'first' });
    },
  },
  'scored-rolled-back': {
    spec: {
      judge: { type: 'kayenta', step: '1s', config: scoring('errors') },
      metrics: [errors()], steps: [{ weight: 5, bake: '10s' }],
    },
    world: (world) => {
      world.measure = (_, track, { from }) => errorsOf(track, world, 3 + ((from / 1000) % 3));
    },
  },
};

/** Messages that change nothing. */
async function flood(handle: Handle, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20)
    await Promise.all(Array.from({ length: 20 }, () => handle.signal(signals.reject, { gate: 99 })));
}

/** As the Web UI does: to the end of its first workflow task. */
async function resetToBegin(client: Client, { workflowId }: Handle): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const first = events?.find(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes);
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'recorded',
    requestId: randomUUID(),
    workflowTaskFinishEventId: first?.eventId ?? null,
  });
}

/** Without a limit of its own: it is compared with stable. */
function errors(): NonNullable<RolloutSpec['metrics']>[number] {
  const source = { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.e', total: '$.t' } as const;
  return { name: 'errors', kind: 'rate', source };
}

/** One request in a hundred, of the canary's so many times as many. */
function errorsOf(track: Track, { split: { weight, baseline = 0 } }: World, times: number): Reading {
  const total = 1000 * { canary: weight, baseline, stable: 100 - weight }[track];
  return { events: (total / 100) * (track === 'canary' ? times : 1), total };
}

function hook(): NonNullable<RolloutSpec['notify']>[number] {
  return { type: 'webhook', url: 'http://127.0.0.1:1/' };
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

async function record(env: TestWorkflowEnvironment, name: string, story: Story, path: string): Promise<void> {
  const world = new World();
  story.world?.(world);
  const workers = await createWorkers(
    { connection: env.nativeConnection, namespace: 'default' },
    { slots: { effects: 20, watch: 20, load: 4 }, cachedRollouts: null, shutdownGrace: 10_000 },
    {
      adapters: world.adapters,
      grants: everything,
      clock: { now: () => Date.now(), sleep },
      loadTurns: new LoadTurns(1000),
    },
  );
  const running = workers.map((worker) => worker.run());
  const spec: RolloutSpec = {
    service: name,
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:1/' },
    every: '1s',
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:1/health' } }],
    steps,
    ...story.spec,
  };
  const handle = await env.client.workflow.start<typeof rollout>('rollout', {
    args: [spec],
    taskQueue: 'coalmine',
    workflowId: `rollout/${name}`,
  });
  const begun = env.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
  const latest = env.client.workflow.getHandle<typeof rollout>(handle.workflowId);
  await story.act?.(latest, world, env.client);
  const ended = await latest.result().then(
    ({ outcome }) => outcome,
    () => 'failed',
  );
  await writeFile(path, withoutThisMachine(historyToJSON(await (story.firstRun ? begun : latest).fetchHistory())));
  process.stdout.write(`${name}: ${ended}\n`);
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
}

const missing = Object.entries(stories)
  .map(([name, story]) => ({ name, story, path: fileURLToPath(new URL(`${name}.json`, import.meta.url)) }))
  .filter(({ path }) => !existsSync(path));
if (missing.length > 0) {
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: await temporalPath() }, extraArgs: [...registeringArguments] },
  });
  for (const { name, story, path } of missing) await record(env, name, story, path);
  await env.teardown();
}
