import { fileURLToPath } from 'node:url';
import { sleep } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { LoadTurns } from '../../activities/load-turns.ts';
import { taskQueues } from '../../src/domain/surface.ts';
import { createWorkers } from '../../src/worker.ts';
import { devServer } from '../cli/server.ts';
import { everything } from '../support/grants.ts';
import { busy } from '../support/long-task.ts';
import { World } from '../support/world.ts';

const server = devServer();

/** Rounds of `busy` that take so many ms here and now. */
function roundsOf(ms: number): number {
  const tried = 50_000_000;
  const began = performance.now();
  busy(tried);
  return Math.ceil((tried * ms) / (performance.now() - began));
}

test(
  'a task that takes more than the 5 seconds of the SDK ends, and the worker lives on',
  { timeout: 120_000 },
  async () => {
    const { client, nativeConnection: connection } = server();
    const workers = await createWorkers(
      { connection, namespace: 'default' },
      { slots: { effects: 2, watch: 2, load: 1 }, cachedRollouts: null, shutdownGrace: 1_000 },
      {
        adapters: new World().adapters,
        grants: everything,
        clock: { now: () => Date.now(), sleep },
        loadTurns: new LoadTurns(1000),
      },
      { workflowsPath: fileURLToPath(new URL('../support/long-task.ts', import.meta.url)) },
    );
    const running = Promise.all(workers.map((worker) => worker.run()));
    const rounds = roundsOf(7_000);
    const run = (workflowId: string, arg: number) =>
      client.workflow.execute('longTask', {
        workflowId,
        args: [arg],
        taskQueue: taskQueues.effects,
        workflowTaskTimeout: '1m',
      });
    expect(await run('long', rounds)).toBe(busy(rounds));
    expect(await run('short', 10)).toBe(busy(10));
    for (const worker of workers) worker.shutdown();
    await running;
  },
);
