/** Rollouts that begin as no client begins them: as a child, on a schedule, with a state that somebody made up. */
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect, test, vi } from 'vitest';
import { devServer, specOf, withWorker } from '../cli/server.ts';
import type { World } from '../support/world.ts';

const server = devServer();

/** Runs the workflows of `strange-starts.ts` on their own task queue, beside the real worker. */
async function withStrangers(use: (world: World) => Promise<void>): Promise<void> {
  const stranger = await Worker.create({
    connection: server().nativeConnection,
    taskQueue: 'strangers',
    workflowsPath: fileURLToPath(new URL('../support/strange-starts.ts', import.meta.url)),
  });
  await stranger.runUntil(withWorker(server(), use));
}

async function refusal(workflowId: string): Promise<string> {
  const error: unknown = await server()
    .client.workflow.getHandle(workflowId)
    .result()
    .catch((error: unknown) => (error instanceof Error ? error.cause : error));
  expect(error).toMatchObject({ type: 'SpecRefused' });
  return (error as Error).message;
}

test('a rollout as a child workflow is refused before any effect, with what to do instead', async () => {
  await withStrangers(async (world) => {
    const said: unknown = await server().client.workflow.execute('parent', {
      args: [specOf('child')],
      workflowId: 'a-parent',
      taskQueue: 'strangers',
    });
    expect(said).toContain('a rollout cannot be a child workflow');
    expect(await refusal('rollout/child')).toContain('a-parent');
    expect(world.effects).toEqual([]);
  });
});

test('a rollout with a cron schedule is refused, and so is what a forged one would carry into its next run', async () => {
  await withStrangers(async (world) => {
    const handle = await server().client.workflow.start('rollout', {
      args: [specOf('cron'), { plan: {}, state: {} }],
      workflowId: 'rollout/cron',
      taskQueue: 'coalmine',
      cronSchedule: '@every 1s',
    });
    const runs = new Set<string>();
    await vi.waitFor(async () => {
      runs.add((await handle.describe()).runId);
      expect(runs.size).toBeGreaterThan(2);
    }, 20_000);
    await handle.terminate();
    expect(world.effects).toEqual([]);
  });
});

test('a rollout that a Temporal Schedule starts is refused before any effect, with what to do instead', async () => {
  const { client } = server();
  await withWorker(server(), async (world) => {
    const schedule = await client.schedule.create({
      scheduleId: 'weekly',
      spec: { intervals: [{ every: '7d' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'rollout',
        workflowId: 'rollout/scheduled',
        taskQueue: 'coalmine',
        args: [specOf('scheduled')],
      },
      state: { triggerImmediately: true },
    });
    const started = await vi.waitFor(async () => {
      const { info } = await schedule.describe();
      const [first] = info.recentActions;
      if (first === undefined) throw new Error('not started yet');
      return first.action.workflow.workflowId;
    }, 20_000);
    expect(started).toMatch(/^rollout\/scheduled-\d{4}-/);
    const said = await refusal(started);
    expect(said).toContain(
      `the workflow id is ${started}, expected rollout/scheduled: a Temporal Schedule adds a time`,
    );
    expect(said).toContain(
      'Let the schedule start a workflow of your own, whose activity starts the rollout',
    );
    expect(world.effects).toEqual([]);
    await schedule.delete();
  });
});

const place = { undo: {}, fence: { epoch: 1, number: 1 } };
const state = { position: {}, place, asked: {}, watch: {}, receipts: [] };
const forged: [string, unknown, string][] = [
  ['nothing but a version', { version: 2 }, 'no plan and no state'],
  [
    'a plan of another service',
    { version: 2, plan: { service: 'other' }, state },
    'not of the service forged',
  ],
  [
    'a fence of next year',
    {
      version: 2,
      plan: { service: 'forged' },
      state: { ...state, place: { ...place, fence: { epoch: Date.now() + 3e10, number: 1 } } },
    },
    "ahead of the Temporal server's clock",
  ],
  [
    'a fence that is no number',
    {
      version: 2,
      plan: { service: 'forged' },
      state: { ...state, place: { ...place, fence: { epoch: '9', number: 1 } } },
    },
    'no pair of whole numbers',
  ],
  ['an unknown version', { version: 'x', plan: {}, state: {} }, 'its version is unknown'],
  ['an earlier version', { version: 1, plan: {}, state: {} }, 'its version is unknown'],
  [
    'an incomplete state',
    { version: 2, plan: { service: 'forged' }, state: { fence: {} } },
    'its state is incomplete',
  ],
];
test.each(forged)(
  'a run that was continued by somebody else with %s is refused before any effect',
  async (_name, carried, reason) => {
    await withStrangers(async (world) => {
      await server().client.workflow.start('rollout', {
        args: [specOf('forged'), carried],
        workflowId: 'rollout/forged',
        taskQueue: 'strangers',
      });
      expect(await refusal('rollout/forged')).toContain(reason);
      expect(world.effects).toEqual([]);
      expect(world.fence).toBeNull();
    });
  },
);
