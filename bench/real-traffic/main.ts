/**
 * Rollouts of real processes under real requests: a limit while some requests fail, users whom a cookie keeps on their
 * version, and a service that is slow while it is young. Every rollout has an example platform of its own; all share one
 * Temporal dev server and one worker. Run by `npm run bench:real-traffic`; about ten minutes for each round.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startTemporal } from '../temporal.ts';
import { startWorker } from '../worker.ts';
import { page } from './report.ts';
import { run, type Run } from './run.ts';
import { scenarios } from './scenarios.ts';

const options = new Command('bench:real-traffic')
  .description('Rollouts of real processes under real requests.')
  .option('--rounds <n>', 'how often each scenario is run', whole, 3)
  .option('--at-once <n>', 'rollouts that run at a time', whole, 3)
  .option('--only <text>', 'the scenarios whose names contain this')
  .option('--out <file>', 'where the result is written too')
  .parse()
  .opts<{ rounds: number; atOnce: number; only?: string; out?: string }>();

const progress = (line: string): void => console.error(line);
const directory = await mkdtemp(join(tmpdir(), 'coalmine-bench-'));
const temporal = await startTemporal(directory, progress);
const worker = await startWorker(temporal.address);
const runs: Run[] = [];
try {
  const { rounds, atOnce, only = '' } = options;
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  const queue = Array.from({ length: rounds }, () => chosen)
    .flat()
    .entries();
  const lane = async (): Promise<void> => {
    for (const [at, scenario] of queue) {
      const ended = await run(temporal.client, scenario, `service-${String(at + 1)}`);
      runs.push(ended);
      progress(`${ended.name}: ${ended.outcome} after ${ended.seconds.toFixed(0)}s: ${ended.because}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
} finally {
  await worker.end();
  await temporal.end();
  await rm(directory, { recursive: true });
}

const result = page(scenarios, runs);
console.log(result);
if (options.out !== undefined) await writeFile(options.out, result);

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number above 0 is expected.');
}
