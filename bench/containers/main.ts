/**
 * What a release of containers behind Traefik costs live traffic: promotions, take-backs and swaps by Coalmine, and the same
 * change of version by `docker compose up` and by a script that switches two containers, in one run under the same
 * traffic. Run by `npm run bench:containers`; needs a Docker engine with compose, and takes about twenty minutes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { endBakery, ofBakery, startBakery } from '../../examples/docker/bakery.ts';
import { Rollouts } from '../../src/client.ts';
import { startTemporal } from '../temporal.ts';
import { startWorker } from '../worker.ts';
import { Coalmine } from './coalmine.ts';
import { composeUp, switchColours, type Change } from './peers.ts';
import { page, type Row } from './report.ts';
import { Users } from './users.ts';

const options = new Command('bench:containers')
  .description('What releases of containers cost live traffic.')
  .option('--promotions <n>', 'promotions, and as many take-backs', whole, 20)
  .option('--swaps <n>', 'promotions by swap', whole, 5)
  .option('--peers <n>', 'changes of version by each of the peers', whole, 10)
  .option('--rate <n>', 'requests a second', whole, 200)
  .option('--out <file>', 'where the result is written too')
  .parse()
  .opts<{ promotions: number; swaps: number; peers: number; rate: number; out?: string }>();

const versions = ['14.1.0', '14.1.1'] as const;
const progress = (line: string): void => console.error(line);
const directory = await mkdtemp(join(tmpdir(), 'coalmine-bench-'));
const ends: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];
const rows: Row[] = [];
let stable: string = versions[0];

try {
  ends.push(endBakery);
  const bakery = await startBakery(directory, versions, progress);
  const temporal = await startTemporal(directory, progress);
  ends.push(() => temporal.end());
  const worker = await startWorker(temporal.address, {
    COALMINE_ALLOW_DIRECTORIES: bakery.dynamic,
    COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock',
  });
  ends.push(() => worker.end());
  const monitor = createServer((_request, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((listening) => monitor.listen(0, '127.0.0.1', listening));
  ends.push(() => monitor.close());
  const users = new Users(bakery.front, options.rate);
  ends.push(() => users.end());

  const url = `http://127.0.0.1:${String((monitor.address() as AddressInfo).port)}`;
  const coalmine = new Coalmine(
    new Rollouts(temporal.client),
    { ...bakery, label: ofBakery, monitor: url },
    users,
  );
  await measure('coalmine: promoted', options.promotions, (version) => coalmine.promote(version, 'replace'));
  await measure('coalmine: taken back', options.promotions, (version) => coalmine.abort(version), false);
  await measure('coalmine: swapped', options.swaps, (version) => coalmine.promote(version, 'swap'));
  await measure('docker compose up', options.peers, await composeUp(directory, bakery.dynamic, stable));
  await measure('two containers, a script', options.peers, await switchColours(bakery.dynamic, stable));
  const result = page(rows, coalmine.aborts, options.rate);
  console.log(result);
  if (options.out !== undefined) await writeFile(options.out, result);

  async function measure(name: string, times: number, change: Change, stays = true): Promise<void> {
    // What the last one did is over, and not counted here.
    await delay(2_000);
    users.take();
    const began = performance.now();
    for (let time = 1; time <= times; time += 1) {
      const next = versions.find((version) => version !== stable) ?? stable;
      await change(next);
      if (stays) stable = next;
      progress(`${name}: ${String(time)} of ${String(times)}`);
    }
    await delay(2_000);
    const { counts, faults } = users.take();
    for (const fault of faults) progress(`  ${fault}`);
    rows.push({ name, times, seconds: (performance.now() - began) / 1000, counts });
  }
} finally {
  for (const end of ends.toReversed())
    await Promise.resolve(end()).catch((error: unknown) => progress(String(error)));
}

function whole(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number is expected.');
}
