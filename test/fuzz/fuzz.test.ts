/** Whatever comes from outside may fail its own rollout, and never the one beside it: measured from outside. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { openContractLab } from '../durability/contract-lab.ts';
import { makeBatch, throwBatch, type Counts } from './batch.ts';
import { readOptions } from './options.ts';
import { startSentinel } from './sentinel.ts';

/** The promise (ms): it looks each second, and its traffic is back this soon after an abort. */
const latestLook = 3_000;
const latestAbort = 2_000;

test('a rollout beside fuzzed ones looks on time and aborts at once', async () => {
  const { seed, batch: first, seconds, inputs } = readOptions(process.env);
  const lab = await openContractLab({});
  const began = performance.now();
  const total: Counts = { messages: 0, 'sound specs': 0, 'hostile specs': 0, 'twisted answers': 0 };
  const sum = (): number => Object.values(total).reduce((whole, part) => whole + part);
  // The time that this process itself did not get counts for nobody.
  const own = monitorEventLoopDelay({ resolution: 10 });
  own.enable();

  for (let batch = first; ; batch += 1) {
    const again = `again: FUZZ_SEED=${String(seed)} FUZZ_BATCH=${String(batch)} FUZZ_SECONDS=0 npm run fuzz`;
    const name = `fuzz-${String(batch)}`;
    const names = [1, 2, 3].map((number) => `${name}-victim-${String(number)}`);
    const [sentinel, ...victims] = await Promise.all(
      [`${name}-sentinel`, ...names].map((service) => startSentinel(lab, service)),
    );
    if (sentinel === undefined) throw new Error('unreachable: one is started');
    const thrown = makeBatch(seed * 1_000 + batch);
    own.reset();
    sentinel.longestGap();
    const counts = await throwBatch(lab.client, thrown, name, names);
    for (const kind of Object.keys(total) as (keyof Counts)[]) total[kind] += counts[kind];

    const gap = sentinel.longestGap() - own.max / 1e6;
    const abort = await sentinel.abort();
    expect(
      victims.map(({ target }) => target.split().weight),
      again,
    ).toEqual([20, 20, 20]);
    const aborts = await Promise.all(victims.map((victim) => victim.abort()));
    console.log(
      `batch ${String(batch)}: ${String(sum())} inputs so far; longest time between looks ${gap.toFixed()} ms (this process stood still for ${(own.max / 1e6).toFixed()} ms of it), traffic back after ${[abort, ...aborts].map((ms) => ms.toFixed()).join(', ')} ms`,
    );
    expect(gap, again).toBeLessThan(latestLook);
    expect(abort, again).toBeLessThan(latestAbort);
    for (const each of [sentinel, ...victims]) await each.close();
    if (performance.now() - began >= seconds * 1_000 && sum() >= inputs) break;
  }
  console.log(
    `seed ${String(seed)}: ${Object.entries(total)
      .map(([kind, count]) => `${String(count)} ${kind}`)
      .join(', ')} in ${((performance.now() - began) / 1_000).toFixed()} s`,
  );
});
