/** A reset in Temporal; most of all where what the abandoned run has ordered may come late and nothing refuses it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { signals, statusQuery } from '../../workflows/messages.ts';
import { devServer, withWorker } from '../cli/server.ts';
import type { World } from '../support/world.ts';

const server = devServer();

interface Scene {
  world: World;
  handle: WorkflowHandle;
  status: () => Promise<RolloutStatus>;
  until: (isSo: (status: RolloutStatus) => boolean) => Promise<void>;
}

/**
 * A rollout at its gate, at 20%, that is reset to the workflow task which ordered the activity, or to the gate; what is late
 * comes within 6s.
 */
async function resetTo(activity: string, act: (scene: Scene) => Promise<void>, fence = false): Promise<void> {
  const { client } = server();
  await withWorker(server(), async (world) => {
    world.can.fence = fence;
    world.times = { settle: 4_000, late: 2_000 };
    const workflowId = `rollout/shop-${randomUUID()}`;
    const url = 'http://127.0.0.1:1/';
    await client.workflow.start('rollout', {
      taskQueue: 'coalmine',
      workflowId,
      args: [
        {
          service: workflowId.replace('rollout/', ''),
          version: 'v2',
          target: { type: 'http', url },
          every: '1s',
          load: { type: 'http', url, rate: '1/s', duration: '1s' },
          metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url } }],
          steps: [{ weight: 20, bake: '1s' }, { approve: 'go on' }],
        },
      ],
    });
    const handle: WorkflowHandle = client.workflow.getHandle(workflowId);
    const status: Scene['status'] = () => handle.query(statusQuery);
    const until: Scene['until'] = (isSo) =>
      vi.waitFor(async () => void expect(await status()).toSatisfy(isSo), { timeout: 60_000, interval: 50 });
    await until(({ phase }) => phase === 'waiting');
    await handle.signal(signals.resume);
    await until(({ messages }) => messages.length === 1);
    const { events = [] } = await handle.fetchHistory();
    const ordered = events?.find(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === activity,
    )?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
    const latest = events?.findLast(({ workflowTaskCompletedEventAttributes: done }) => done)?.eventId;
    world.effects.length = 0;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId, runId: (await handle.describe()).runId },
      reason: 'a test',
      workflowTaskFinishEventId: ordered ?? latest ?? null,
      requestId: randomUUID(),
    });
    await act({ world, handle, status, until });
  });
}

/** Once the target is brought back, or is waited for: when a late attempt does the most harm. */
async function untilBack({ world, status }: Scene): Promise<void> {
  while (!world.effects.some((effect) => /^(deploy|split [1-9])/.test(effect))) {
    const { doing } = await status();
    if (doing.startsWith('Waiting until') && world.effects.includes('split 0')) return;
    await delay(20);
  }
}

test.each(['collectMetrics', 'generateLoad'])(
  'reset to its %s, a rollout outwaits a late split, which gives the canary nothing that lasts',
  { timeout: 90_000 },
  (activity) =>
    resetTo(activity, async (scene) => {
      const { world, handle, until } = scene;
      await untilBack(scene);
      world.split = { weight: 90, audience: null };
      await until(({ phase, weight }) => phase === 'waiting' && weight === 20);
      expect(world.split).toMatchObject({ weight: 20 });
      const back = ['split 0', 'split 0', 'deploy v2 20', 'split 20'];
      expect(world.effects).toEqual(back);
      await handle.signal(signals.approve);
      expect(await handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    }),
);

test(
  'reset to where a shift is just being answered, a rollout bakes at its weight',
  { timeout: 90_000 },
  () =>
    resetTo(
      'collectMetrics',
      async ({ world, handle, until }) => {
        await until(({ phase, weight }) => phase === 'waiting' && weight === 20);
        expect(world.effects).toEqual(['split 0', 'deploy v2 20', 'split 20']);
        await handle.signal(signals.abort);
        await handle.result();
      },
      true,
    ),
);

test('a late promotion is seen before the canary gets any traffic again', { timeout: 90_000 }, () =>
  resetTo('collectMetrics', async (scene) => {
    const { world, handle, until } = scene;
    await untilBack(scene);
    world.stable = ['v2'];
    await until(({ phase }) => phase === 'halted');
    expect(world.effects).toEqual(['split 0', 'split 0']);
    await handle.signal(signals.promote);
    expect(((await handle.result()) as RolloutResult).outcome).toBe('promoted');
  }),
);

test('an abort does not wait', { timeout: 90_000 }, () =>
  resetTo('collectMetrics', async (scene) => {
    const { world, handle, status } = scene;
    await untilBack(scene);
    expect((await status()).doing).toContain('an effect that was ordered before may still be under way');
    await handle.signal(signals.abort);
    await vi.waitFor(() => expect(world.effects).toContain('remove'), { timeout: 60_000, interval: 10 });
    // Late is still possible: the end waits for it.
    expect((await status()).phase).toBe('restoring');
    expect(await handle.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(world.effects.filter((effect) => !/^(split 0|remove)$/.test(effect))).toEqual([]);
  }),
);

test('at a gate people read again what it waits for', { timeout: 90_000 }, () =>
  resetTo('the gate', async ({ handle, until }) => {
    await until(({ doing }) => doing.startsWith('The target has gone on without this rollout'));
    await until(({ phase, doing }) => phase === 'waiting' && doing.startsWith('Waiting for approval'));
    await handle.signal(signals.abort);
    await handle.result();
  }),
);
