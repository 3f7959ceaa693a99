/** Two workers are replaced in turn, as in every deployment of them, while rollouts bake. */
import { expect, onTestFinished, test } from 'vitest';
import type { ChapterResult } from '../../activities/collect-metrics.ts';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import { rowWindow } from '../../src/domain/ticks.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { startContractTarget, type ContractTarget } from '../support/contract-target.ts';
import { activitiesOf } from '../support/history.ts';
import { startTemporalProcess } from '../support/temporal-process.ts';
import { startWorkerProgram, type WorkerProgram } from '../worker/worker-program.ts';

/** Seconds. */
const bake = 30;
/** What nothing may be late by, in seconds. */
const bound = 15;

test(
  'a rolling restart: the other worker goes on within seconds, and nothing is done twice',
  { timeout: 180_000 },
  async () => {
    const temporal = await startTemporalProcess();
    onTestFinished(temporal.close);
    const { client, connection } = await connectClient(readConfig({ TEMPORAL_ADDRESS: temporal.address }));
    onTestFinished(() => connection.close());
    const rollouts = new Rollouts(client);

    const startWorker = async (): Promise<WorkerProgram> => {
      const worker = await startWorkerProgram(temporal.address, { COALMINE_LOG_LEVEL: 'warn' });
      onTestFinished(worker.kill);
      return worker;
    };
    const workers = await Promise.all([startWorker(), startWorker()]);

    const targets = new Map<string, ContractTarget>();
    const looks = new Map<string, number[]>();
    for (const service of ['ales', 'breads', 'cakes', 'dates', 'eggs']) {
      const target = await startContractTarget('v1');
      onTestFinished(target.close);
      targets.set(service, target);
      const times: number[] = [];
      looks.set(service, times);
      target.befall(({ call }) => {
        if (call === undefined) times.push(Date.now());
        return null;
      });
      await rollouts.start({
        service,
        version: 'v2',
        target: { type: 'http', url: target.url },
        every: '1s',
        metrics: [
          {
            name: 'alive',
            kind: 'status',
            source: { type: 'http', url: target.url, status: '$.alive' },
            ok: ['true'],
          },
        ],
        steps: [{ weight: 20, bake: `${String(bake)}s` }],
      });
    }
    const isWatched = () => [...looks.values()].every((times) => times.length >= 3);
    await expect.poll(isWatched, { timeout: 60_000 }).toBe(true);

    for (const [at, worker] of workers.entries()) {
      expect(await worker.end()).toBe(0);
      workers[at] = await startWorker();
    }

    for (const [service, target] of targets) {
      expect(await rollouts.result(service)).toMatchObject({ outcome: 'promoted', verified: true });
      const effects = target.arrived
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => body as Effect);
      expect(effects.map(({ call }) => call)).toEqual(['deploy', 'split', 'promote', 'split', 'remove']);
      expect(effects.map(({ fence }) => fence.number)).toEqual([1, 2, 3, 4, 5]);

      const times = looks.get(service) ?? [];
      const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? time)) / 1000);
      console.log(`${service}: the latest look came ${(Math.max(...gaps) - 1).toFixed(1)} s late`);
      expect(Math.max(...gaps)).toBeLessThan(1 + bound);

      // Each window is counted once, whoever looked; a tick that nobody looked at in time is made up for by another.
      const windows = (await activitiesOf(client.workflow.getHandle(`rollout/${service}`)))
        .filter(({ type }) => type === 'collectMetrics')
        .map(({ result }) => rowWindow((result as ChapterResult).row));
      const overlaps = windows.slice(1).filter(({ from }, index) => from < (windows[index]?.to ?? 0));
      expect(overlaps).toEqual([]);
      const watched = windows.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;
      expect(watched).toBeGreaterThanOrEqual(bake);
      expect(watched).toBeLessThanOrEqual(bake + 2 * bound);
      // Those of the last seconds before a restart may be looked at again.
      expect(times.length).toBeLessThanOrEqual(watched + 2 * 4);
    }
  },
);

interface Effect {
  call: string;
  fence: { number: number };
}
