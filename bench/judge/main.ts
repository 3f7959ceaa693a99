/**
 * Compares rules that judge canary releases: simulated worlds × effects × rules, from one seed and without the network.
 * Run by `npm run bench:judge`; a full run takes an hour or two on two cores, `-- --quick` about two minutes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Command, InvalidArgumentError } from 'commander';
import { Cells } from './cells.ts';
import type { Outcomes } from './outcome.ts';
import { forecastErrors } from './forecast-error.ts';
import { keptIn } from './kept.ts';
import { runAll } from './pool.ts';
import { progressOf } from './progress.ts';
import { resultsJson, verdictsJson } from './report/json.ts';
import { markdownPage, summaryLines } from './report/markdown.ts';
import { plots } from './report/plots.ts';
import { allRules, effectNames, fullRuns, jobsOf, quickRuns, worldNames } from './settings.ts';
import { isHarm } from './world/effects.ts';

const ruleNames = allRules.map(({ name }) => name);
const results = fileURLToPath(new URL('../results/', import.meta.url));

const options = new Command('bench:judge')
  .description('Compares rules that judge canary releases.')
  .option('--quick', `${quickRuns} runs a world: a look, with wide intervals`)
  .option(
    '--runs <n>',
    `runs a world without harm, half as many of each effect (default: ${fullRuns})`,
    whole,
  )
  .option('--seed <n>', 'draws other runs', whole, 1)
  .option('--worlds <names>', `some worlds only: ${worldNames.join(', ')}`, (names) =>
    someOf(worldNames, names),
  )
  .option('--effects <names>', `some effects only: ${effectNames.join(', ')}`, (names) =>
    someOf(effectNames, names),
  )
  .option('--rules <names>', `some rules only: ${ruleNames.join(', ')}`, (names) => someOf(ruleNames, names))
  .option(
    '--keep <directories>',
    'earlier results, separated by commas: their verdicts stay, except those of the rules that --rules names',
    (paths) => paths.split(','),
  )
  .option('--threads <n>', 'the results do not depend on it', whole, availableParallelism())
  .option('--out <directory>', 'where results are written', results)
  .parse()
  .opts<{
    quick?: true;
    runs?: number;
    seed: number;
    worlds?: typeof worldNames;
    effects?: typeof effectNames;
    rules?: string[];
    keep?: string[];
    threads: number;
    out: string;
  }>();

const settings = {
  seed: options.seed,
  runs: options.runs ?? (options.quick ? quickRuns : fullRuns),
  worlds: options.worlds ?? worldNames,
  effects: options.effects ?? effectNames,
  rules: options.keep === undefined ? (options.rules ?? ruleNames) : ruleNames,
};
const began = performance.now();
const kept = await keptIn(options.keep ?? [], options.seed);
const jobs = jobsOf(settings, { kept, again: options.rules ?? [] });
const progress = progressOf(jobs.length);
const worker = new URL('./worker.ts', import.meta.url);
const outcomes = await runAll<Outcomes[]>(worker, jobs, options.threads, progress.show);
progress.end();

const cells = new Cells(jobs, outcomes, isHarm);
const forecasts = forecastErrors(cells, options.seed);
const facts = {
  settings,
  threads: options.threads,
  day: new Date().toISOString().slice(0, 10),
  took: performance.now() - began,
};
const files = {
  'results.md': markdownPage(cells, forecasts, facts),
  'results.json': resultsJson(cells, forecasts, facts),
  'verdicts.json.gz': gzipSync(verdictsJson(cells, facts)),
  ...Object.fromEntries(Object.entries(plots(cells)).map(([name, svg]) => [`${name}.svg`, svg])),
};
await mkdir(options.out, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(join(options.out, name), content);
console.log(summaryLines(cells, facts).join('\n'));
console.log(`\nWritten to ${relative('.', options.out)}: ${Object.keys(files).join(', ')}`);

function whole(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on is expected.');
  return Number(text);
}

function someOf<Name extends string>(known: readonly Name[], text: string): Name[] {
  return text.split(',').map((asked) => {
    const found = known.find((name) => name === asked);
    if (found === undefined)
      throw new InvalidArgumentError(`There is no ${asked}, only ${known.join(', ')}.`);
    return found;
  });
}
