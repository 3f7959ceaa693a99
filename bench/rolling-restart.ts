/**
 * What a rolling restart costs: two workers, a hundred rollouts that bake, each worker ended by SIGTERM and started
 * again in turn. Says how late looks and promotions were. Run by `npm run bench:rolling-restart`; takes four minutes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Rollouts } from '../src/client.ts';
import { startLightTarget, type Seen } from './light-target.ts';
import { startTemporal } from './temporal.ts';
import { startWorker, type Worker } from './worker.ts';

const count = 100;
/** Of a tick and of the whole bake, in seconds. */
const every = 2;
const bake = 150;
/** What nothing may be late by, in seconds. */
const bound = 15;

const services = Array.from({ length: count }, (_, at) => `service-${String(at + 1)}`);
const directory = await mkdtemp(join(tmpdir(), 'coalmine-bench-'));
const say = (line: string): void => {
  console.log(line);
};

const temporal = await startTemporal(directory, say);
const rollouts = new Rollouts(temporal.client);
const target = await startLightTarget();
const workers = [await startWorker(temporal.address), await startWorker(temporal.address)];
try {
  say(`Starting ${String(count)} rollouts that bake for ${String(bake)} s, a look each ${String(every)} s`);
  for (const service of services) {
    await start(service);
    // All at once would measure something else: how fast a small server takes up a hundred rollouts.
    await delay(250);
  }
  await until(() => services.every((service) => target.seen(service).looks.length > 5));

  const quiet = { from: Date.now(), to: Date.now() + 30_000 };
  await delay(quiet.to - Date.now());
  const restarted = { from: Date.now(), to: 0 };
  for (const at of workers.keys()) workers[at] = await replace(workers[at], at + 1);
  await delay(20_000);
  restarted.to = Date.now();

  const seen = services.map((service) => target.seen(service));
  report(
    'Looks late, nobody restarted',
    seen.flatMap((each) => latenessOfLooks(each, quiet)),
  );
  const late = seen.flatMap((each) => latenessOfLooks(each, restarted));
  report('Looks late, both restarted', late);

  const results = await Promise.all(services.map((service) => rollouts.result(service)));
  const promoted = results.filter(({ outcome, verified }) => outcome === 'promoted' && verified).length;
  const promotions = seen.map(latenessOfPromotion);
  report('Promotions late', promotions);
  const twice = seen.filter(({ effects }) => new Set(effects.map(({ name }) => name)).size < effects.length);
  const holds = Math.max(...late, ...promotions) <= bound && promoted === count && twice.length === 0;
  say(
    `${String(promoted)} of ${String(count)} promoted and verified; an effect twice: ${String(twice.length)}`,
  );
  say(
    holds
      ? `Holds: nothing late by more than ${String(bound)} s`
      : `Does NOT hold: something was late or amiss`,
  );
  process.exitCode = holds ? 0 : 1;
} finally {
  await Promise.all(workers.map((worker) => worker.end()));
  await temporal.end();
  await target.close();
  await rm(directory, { recursive: true });
}

async function start(service: string): Promise<void> {
  const url = target.urlOf(service);
  await rollouts.start({
    service,
    version: 'v2',
    target: { type: 'http', url },
    every: `${String(every)}s`,
    metrics: [{ name: 'errors', kind: 'value', source: { type: 'http', url, value: '$.errors' }, max: 0 }],
    steps: [{ weight: 20, bake: `${String(bake)}s` }],
  });
}

async function replace(worker: Worker | undefined, number: number): Promise<Worker> {
  const ended = await worker?.end();
  const begun = performance.now();
  const next = await startWorker(temporal.address);
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  say(
    `Worker ${String(number)}: ended in ${seconds(ended?.took ?? 0)} s with exit code ${String(ended?.code)}, ` +
      `ready again after ${seconds(performance.now() - begun)} s`,
  );
  return next;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(200);
}

/** How much later than one tick after the one before each look of a stretch of time came, in seconds. */
function latenessOfLooks({ looks }: Seen, { from, to }: { from: number; to: number }): number[] {
  const before = looks.findLastIndex((at) => at <= from);
  const during = [...looks.slice(Math.max(0, before)).filter((at) => at <= to), to];
  const gaps = during.slice(1).map((at, index) => (at - (during[index] ?? at)) / 1000);
  return gaps.map((gap) => Math.max(0, gap - every));
}

/** How much later than its bake after the split the promotion was ordered, in seconds. */
function latenessOfPromotion({ effects }: Seen): number {
  const at = (name: string): number => effects.find((effect) => effect.name === name)?.at ?? Infinity;
  return (at('promote') - at('split 20')) / 1000 - bake;
}

function report(what: string, seconds: readonly number[]): void {
  const sorted = seconds.toSorted((a, b) => a - b);
  const quantile = (share: number): string =>
    (sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(2);
  say(
    `${what}: p50 ${quantile(0.5)} s, p99 ${quantile(0.99)} s, at most ${quantile(1)} s (${String(sorted.length)})`,
  );
}
