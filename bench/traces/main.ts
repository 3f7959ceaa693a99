/**
 * Holds the rules of `bench:judge` against traces of real services: `npm run bench:traces -- DIRECTORY`. What a trace is,
 * and how public ones are had, is in README.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cells } from '../judge/cells.ts';
import type { Outcomes } from '../judge/outcome.ts';
import { runAll } from '../judge/pool.ts';
import { progressOf } from '../judge/progress.ts';
import { tracesOf } from './directory.ts';
import { isHarm } from './harms.ts';
import { optionsOf, usage, type Options } from './options.ts';
import { markdownPage, uncovered, type Facts } from './report.ts';
import { plots } from './plots.ts';
import { jobsOf } from './settings.ts';

const asked = read();
if (asked === 'help') console.log(usage);
else if (asked !== null) await run(asked);

function read(): Options | 'help' | null {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
    return null;
  }
}

async function run(options: Options): Promise<void> {
  const began = performance.now();
  const { seed, runs, hours, weight, rules, threads, limit } = options;
  const traces = await tracesOf(options.directory, options.traces);
  const jobs = jobsOf({ seed, runs, hours, weight, rules }, traces, options.only);
  const progress = progressOf(jobs.length);
  const worker = new URL('./worker.ts', import.meta.url);
  const isOver = (): boolean => performance.now() - began > limit;
  const outcomes = await runAll<Outcomes[]>(worker, jobs, threads, progress.show, isOver);
  progress.end();
  const done = outcomes.filter((found) => found !== undefined).length;
  const cells = new Cells(jobs, outcomes, isHarm);
  const facts: Facts = {
    settings: options,
    traces: [...traces.values()],
    done,
    jobs: jobs.length,
    took: performance.now() - began,
  };
  const files = { 'traces.md': markdownPage(cells, facts), ...plots(cells) };
  const out = options.out ?? fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(out, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(out, name), content);
  console.log(uncovered(cells).join('\n'));
  console.log(`\nWritten to ${relative('.', out)}: ${Object.keys(files).join(', ')}`);
}
