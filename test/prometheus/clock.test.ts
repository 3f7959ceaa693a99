/** A worker whose clock is not that of Prometheus: its clock is moved while it runs, by libfaketime. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTemporalProcess, type TemporalProcess } from '../support/temporal-process.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { startRollout, type RunningRollout } from './rollouts.ts';
import { PrometheusServer, skipped } from './server.ts';
import { Shop } from './shop.ts';

const faketime = await findFaketime();

/** The library that Debian's package `faketime` brings, below a directory that is named by the machine; null if it is not there. */
async function findFaketime(): Promise<string | null> {
  const triplets = await readdir('/usr/lib').catch(() => []);
  const places = triplets.map((triplet) => join('/usr/lib', triplet, 'faketime/libfaketimeMT.so.1'));
  const found = places.find((place) => existsSync(place)) ?? null;
  if (found === null && process.env['CI'] !== 'true') {
    console.warn('Skipped: no libfaketime under /usr/lib. `apt-get install faketime`');
  }
  return found;
}

/** As good as right: libfaketime takes no 0 for a change. */
const right = '-0.01s';

describe.skipIf(skipped || (faketime === null && process.env['CI'] !== 'true'))(
  "a worker whose clock is not Prometheus's",
  () => {
    let directory: string;
    let temporal: TemporalProcess;
    let worker: WorkerProcess;
    let connection: Connection;

    const setClock = (by: string): Promise<void> => writeFile(join(directory, 'clock'), `${by}\n`);

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'coalmine-clock-'));
      await setClock(right);
      temporal = await startTemporalProcess();
      connection = await Connection.connect({ address: temporal.address });
      worker = await startWorkerProcess(temporal.address, {
        LD_PRELOAD: faketime ?? '',
        FAKETIME_TIMESTAMP_FILE: join(directory, 'clock'),
        FAKETIME_CACHE_DURATION: '1',
        DONT_FAKE_MONOTONIC: '1',
      });
    });

    afterAll(async () => {
      await worker.kill();
      await connection.close();
      await temporal.close();
      await rm(directory, { recursive: true });
    });

    test.each([
      ['ahead', '+30s', /its clock is (29|30|31)s behind the worker's/],
      ['behind', '-30s', /its clock is (29|30|31)s ahead of the worker's/],
      ['an hour behind', '-3600s', /its clock is 1h(\d+s)? ahead of the worker's/],
    ])('and is %s holds both rollouts, and says so', async (name, by, says) => {
      const good = await Shop.open(`good-${name.replaceAll(' ', '-')}`, 1);
      const bad = await Shop.open(`bad-${name.replaceAll(' ', '-')}`, 3);
      const prometheus = await PrometheusServer.start('500ms', [...good.targets, ...bad.targets]);
      try {
        const client = new Client({ connection });
        const fine = await startRollout(client, good, prometheus.url, {});
        await lookedAt(fine, prometheus);
        await setClock(by);
        await sleep(2000);
        const harmful = await startRollout(client, bad, prometheus.url, {
          target: { type: 'http', url: bad.target.url, ready: '2m' },
          steps: [{ weight: 20, bake: { min: '1s', max: '2s' } }],
        });
        for (const rollout of [fine, harmful]) {
          await rollout.until(({ verdict }) => verdict?.kind === 'no-signal' && says.test(verdict.because));
        }
        expect([good, bad].map(({ target }) => target.split().weight)).toEqual([20, 20]);
        await setClock(right);
        expect(await fine.result()).toMatchObject({ outcome: 'promoted', verified: true });
        expect(await harmful.result()).toMatchObject({ outcome: 'rolled-back', verified: true });
      } finally {
        await setClock(right);
        await prometheus.end();
        await good.close();
        await bad.close();
      }
    });
  },
);

async function lookedAt(rollout: RunningRollout, prometheus: PrometheusServer): Promise<void> {
  await rollout.until(({ phase }) => phase === 'baking');
  const before = await prometheus.answered();
  while ((await prometheus.answered()) < before + 30) await sleep(100);
}
