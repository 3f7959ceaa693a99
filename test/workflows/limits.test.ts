/** The server's own limits: a payload of 2 MiB, and a history that it would end the workflow at. */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { statusQuery } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/rollout.ts';
import { devServer, specOf, withWorker } from '../cli/server.ts';
import { json, signalRaw, startRaw } from '../support/raw.ts';

const mebibyte = 1024 * 1024;

/** How long something may take on a busy machine, in ms. */
const patience = { timeout: 30_000, interval: 100 };

/** Of a history: the server's own are 50 MiB and 51,200 events, which would take long to reach. */
const server = devServer([
  `limit.historySize.error=${String(24 * mebibyte)}`,
  'limit.historyCount.error=4000',
]);

type Handle = WorkflowHandle<typeof rollout>;

/** A payload of so many bytes: a message with a long reason. */
function message(bytes: number) {
  const bare = json({ by: 'ann', reason: '' }).data?.length ?? 0;
  return json({ by: 'ann', reason: 'x'.repeat(bytes - bare) });
}

async function begin(service: string): Promise<Handle> {
  const handle = server().client.workflow.getHandle<typeof rollout>(`rollout/${service}`);
  await startRaw(server().client, handle.workflowId, json(specOf(service)));
  await vi.waitFor(async () => expect((await status(handle)).phase).toBe('baking'), patience);
  return handle;
}

function status(handle: Handle): Promise<RolloutStatus> {
  return handle.query(statusQuery);
}

test('a message just below 2 MiB acts and is cut, and one beyond is refused by the server and harms nothing', async () => {
  await withWorker(server(), async (world) => {
    const handle = await begin('large-message');
    const { client } = server();
    await signalRaw(client, handle.workflowId, 'pause', message(2 * mebibyte - 1_024));
    await vi.waitFor(async () => expect((await status(handle)).paused).not.toBeNull(), patience);
    const { paused, messages } = await status(handle);
    expect(paused?.reason).toBe(`${'x'.repeat(1_000)}… (cut, 2,096,104 characters)`);
    expect(messages).toHaveLength(1);

    const beyond = signalRaw(client, handle.workflowId, 'resume', message(2 * mebibyte + 1_024));
    await expect(beyond).rejects.toThrow(/exceeds (size )?limit/);
    expect(await status(handle)).toMatchObject({ phase: 'paused', messages: [{ verb: 'pause' }] });

    await signalRaw(client, handle.workflowId, 'abort', message(2 * mebibyte - 1_024));
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    expect(world).toMatchObject({ canary: [], split: { weight: 0 } });
  });
});

test('a spec just below 2 MiB is refused by the worker, and one beyond by the server', async () => {
  await withWorker(server(), async (world) => {
    const { client } = server();
    const specOfSize = (bytes: number) => {
      const spec = { ...specOf('large-spec'), owner: '' };
      const bare = json(spec).data?.length ?? 0;
      return json({ ...spec, owner: 'x'.repeat(bytes - bare) });
    };
    await startRaw(client, 'rollout/large-spec', specOfSize(2 * mebibyte - 1_024));
    const refused: unknown = await client.workflow
      .getHandle('rollout/large-spec')
      .result()
      .catch((error: unknown) => (error as Error).cause);
    expect(refused).toMatchObject({
      type: 'SpecRefused',
      message: 'the spec: found more than 1048576 characters of text, expected at most 1048576',
    });
    const beyond = startRaw(client, 'rollout/large-spec', specOfSize(2 * mebibyte + 1_024));
    await expect(beyond).rejects.toThrow(/exceeds (size )?limit/);
    expect(world.effects).toEqual([]);
  });
});

test(
  'messages of 1 MB each, more than the server takes in one history: it goes on in new runs, and an abort acts',
  { timeout: 120_000 },
  async () => {
    await withWorker(server(), async (world) => {
      const handle = await begin('large-history');
      const { client } = server();
      const first = (await handle.describe()).runId;
      const runs = new Set([first]);
      for (let sent = 1; sent <= 30; sent += 1) {
        await signalRaw(client, handle.workflowId, 'approve', message(1_000_000));
        await vi.waitFor(async () => expect((await status(handle)).messages).toHaveLength(sent), patience);
        const { runId, historySize = 0 } = await handle.describe();
        expect(historySize).toBeLessThan(20 * mebibyte);
        runs.add(runId);
      }
      expect(runs.size).toBeGreaterThanOrEqual(2);
      expect(world.split.weight).toBe(5);
      expect(world.effects.filter((effect) => effect.startsWith('deploy'))).toHaveLength(1);

      await signalRaw(client, handle.workflowId, 'abort', message(1_000_000));
      expect(await handle.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world).toMatchObject({ canary: [], split: { weight: 0 } });
    });
  },
);
