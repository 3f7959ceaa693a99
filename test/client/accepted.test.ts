/** What is said of a message that the server keeps and nobody has answered, or that it does not take at all. */
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterEach, expect, test, vi } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { devServer, gated, specOf, withWorker } from '../cli/server.ts';

const server = devServer(['history.maximumSignalsPerExecution=3', 'history.maxTotalUpdates=3']);

let service = '';
const rollouts = (): Rollouts => new Rollouts(new Client({ connection: server().connection }));
const handle = () => server().client.workflow.getHandle(`rollout/${service}`);

afterEach(async () => {
  await handle()
    .terminate()
    .catch(() => undefined);
});

async function open(name: string): Promise<Rollouts> {
  service = name;
  await rollouts().start(specOf(service, gated));
  return rollouts();
}

async function untilWaiting(): Promise<void> {
  const phase = async () => {
    const answer = await rollouts().status(service);
    return answer.kind === 'full' ? answer.status.phase : answer.why;
  };
  await vi.waitFor(async () => expect(await phase()).toBe('waiting'), { timeout: 20_000, interval: 100 });
}

test('beyond the limit of updates a message acts without an answer; beyond that of signals an abort still acts', async () => {
  const { abort, approve, pause, status } = bound(await open('limits'));
  await withWorker(server(), async () => {
    await untilWaiting();
    for (const by of ['eve', 'eve', 'eve']) expect(await approve({ by })).toMatchObject({ handled: false });
    const paused = await pause({ reason: 'long '.repeat(300) });
    expect(paused).toMatchObject({ handled: null });
    expect(paused.text).toMatch(
      /^Accepted without an answer, Temporal takes no more updates for now \(.*\(3\)\)/,
    );
    expect(paused.text).toContain('coalmine status limits');
    await vi.waitFor(async () => {
      const answer = await status();
      if (answer.kind !== 'full') throw new Error(answer.why);
      expect(answer.status.paused?.reason).toMatch(/^long .*… \(cut, 1,500 characters\)$/);
    });
    for (const by of ['a', 'b']) await handle().signal('approve', { by });

    const resume = await rollouts().resume(service);
    expect(resume).toMatchObject({ handled: false });
    expect(resume.text).toContain('temporal workflow cancel --workflow-id rollout/limits');
    const aborted = await abort();
    expect(aborted).toMatchObject({ handled: null });
    expect(aborted.text).toContain('It was cancelled instead');
    expect(await handle().result()).toMatchObject({ outcome: 'aborted' });
  });
});

test('with a worker whose workflow task fails, and after one that has stopped, it says that', async () => {
  const broken = await Worker.create({
    connection: server().nativeConnection,
    taskQueue: 'coalmine',
    workflowsPath: fileURLToPath(new URL('../support/broken-rollout.ts', import.meta.url)),
  });
  const { abort } = bound(await open('broken'));
  await broken.runUntil(async () => {
    await vi.waitFor(async () => {
      const { raw } = await handle().describe();
      expect(raw.pendingWorkflowTask?.attempt).toBeGreaterThan(1);
    });
    const { text } = await abort();
    expect(text).toMatch(
      /^Accepted, no worker can carry on with it, its workflow task has failed \d+ times \(.*newer version/,
    );
  });
  await handle().terminate();

  const { pause } = bound(await open('stopped'));
  const { handled, text } = await pause();
  expect(handled).toBeNull();
  expect(text).toContain('no worker answered within 3s, though one ran within the last five minutes');
});

function bound(rollouts: Rollouts) {
  return {
    abort: () => rollouts.abort(service),
    approve: (message: { by: string }) => rollouts.approve(service, message),
    pause: (message: { reason?: string } = {}) => rollouts.pause(service, message),
    status: () => rollouts.status(service),
  };
}
