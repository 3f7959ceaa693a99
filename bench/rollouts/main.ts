/**
 * Whole rollouts, good and bad ones, end to end: a real Temporal dev server, a worker process, and a real Prometheus that
 * scrapes simulated services. Says what was wrongly taken back, what was missed and how many requests met a bad version,
 * beside what `coalmine forecast` had said. Run by `npm run bench:rollouts`; takes about twenty minutes.
 *
 * Time is compressed: a scrape and a tick each second stand for one each 15 s, with 15 times the requests a second, so
 * that each look sees the counts of a real one. The procedure, the contract, the scrapes, the queries and the delays are
 * real, and the delays weigh 15 times as much. Simulated are the requests: the copies count what would have come.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startTemporal } from '../temporal.ts';
import { startWorker } from '../worker.ts';
import { startPlatform } from './platform.ts';
import { progressOf } from './progress.ts';
import { rolloutForecast } from './forecast.ts';
import { startPrometheus } from './prometheus.ts';
import { releasesOf } from './releases.ts';
import { page } from './report.ts';
import { run, type Run } from './run.ts';
import { mostMetrics, specOf, type Preset } from './spec.ts';
import { compression } from './time.ts';
import { silentTicks } from './watching.ts';

const options = new Command('bench:rollouts')
  .description('Whole rollouts against a real Prometheus, good and bad ones.')
  .option('--good <n>', 'releases that are as good as stable', whole, 200)
  .option('--bad <n>', 'releases with errors × 3 and, every second one, with p99 × 2', whole, 50)
  .option('--at-once <n>', 'rollouts that run at a time', whole, 12)
  .option('--metrics <n>', 'metrics of each, from 2 to 10', metrics, 2)
  .addOption(new Option('--judge <preset>').choices(['default', 'fast']).default('default'))
  .option('--seed <n>', 'draws other requests, and another order', whole, 1)
  .option('--out <file>', 'where the result is written too')
  .parse()
  .opts<{
    good: number;
    bad: number;
    atOnce: number;
    metrics: number;
    judge: Preset;
    seed: number;
    out?: string;
  }>();

/** More looks than this that cannot be read, and the machine was too slow for so many at once. */
const mostSilent = 0.02;

const { good, bad, seed, judge } = options;
if (good + bad === 0) throw new Error('There is nothing to release: --good and --bad are 0.');
const releases = releasesOf({ good, bad, seed });
const atOnce = Math.min(options.atOnce, releases.length);
const common = { judge, metrics: options.metrics };
const example = {
  service: 'service',
  version: 'v1',
  url: 'http://127.0.0.1:1',
  prometheus: 'http://127.0.0.1:1',
};
const forecasts = [compression, 1].map((pace) =>
  rolloutForecast(specOf({ ...example, ...common }, pace), pace, seed),
);
const progress = progressOf(releases.length, atOnce);
const runs: Run[] = [];
const began = performance.now();

const directory = await mkdtemp(join(tmpdir(), 'coalmine-bench-'));
const platform = await startPlatform(atOnce, seed, options.metrics > 2);
const prometheus = await startPrometheus(directory, platform, progress.say);
const temporal = await startTemporal(directory, progress.say);
const worker = await startWorker(temporal.address);
try {
  const queue = releases.values();
  await Promise.all(
    platform.services.map(async (service, at) => {
      // Not all at the same moment, which no users would do either.
      await delay(1_000 * at);
      for (const release of queue) {
        const setting = { ...common, url: platform.urlOf(service), prometheus: prometheus.url };
        const spec = specOf({ service: service.name, version: `v${release.at + 1}`, ...setting });
        const ended = await run(temporal.client, service, release, spec);
        runs.push(ended);
        progress.end(ended);
      }
    }),
  );
} finally {
  await worker.end();
  await temporal.end();
  await prometheus.end();
  await platform.close();
  await rm(directory, { recursive: true });
}

const took = performance.now() - began;
const result = page(runs, forecasts, { seed, atOnce, ...common, took });
console.log(result);
if (options.out !== undefined) await writeFile(options.out, result);
const silent = silentTicks(runs) / runs.reduce((sum, { watched }) => sum + watched.ticks, 0);
if (silent > mostSilent) {
  console.error(
    `Of the looks ${(100 * silent).toFixed(1)}% could not be read: too many for these figures. Try a smaller --at-once.`,
  );
  process.exitCode = 1;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is expected.');
  return Number(text);
}

function metrics(text: string): number {
  const count = whole(text);
  if (count >= 2 && count <= mostMetrics) return count;
  throw new InvalidArgumentError(`A whole number from 2 to ${mostMetrics} is expected.`);
}
