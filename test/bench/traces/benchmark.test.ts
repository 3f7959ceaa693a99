import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Outcomes } from '../../../bench/judge/outcome.ts';
import { runAll } from '../../../bench/judge/pool.ts';
import { tracesOf } from '../../../bench/traces/directory.ts';
import { jobsOf } from '../../../bench/traces/settings.ts';
import { writeShop } from './shop.ts';

const run = promisify(execFile);
const bench = (args: string[]) =>
  run('npx', ['tsx', 'bench/traces/main.ts', ...args], { cwd: process.cwd() });

test('every rule is held against a trace, split by request, by user and by copy, with and without harm', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'traces-'));
  await writeShop(directory);
  const { stdout } = await bench([directory, '--runs', '2', '--hours', '1', '--out', directory]);
  expect(stdout).toContain('traces.md, traces-false-alarms.svg, traces-errors-missed.svg');
  const page = await readFile(join(directory, 'traces.md'), 'utf8');
  expect(page).toContain('Seed 1; 2 runs without harm and 1 of each harm');
  expect(page).toContain('## Where `alpha` does not hold');
  expect(page).toMatch(/0\.2 days, 5,400 readings, \d(\.\d)?% bad, 60 users, 4 copies, runs of 1 h/);
  const [head] = /^\| rule .*$/m.exec(page.slice(page.indexOf('### shop, errors, no change'))) ?? [];
  for (const setting of ['request', 'user', 'user-copies', 'user-dispersion', 'user-counted', 'copy'])
    expect(head).toContain(` ${setting} `);
  for (const harm of [
    'errors × 3',
    'one endpoint fails',
    'one user in twenty fails',
    'latency × 2',
    'gauge × 1.25',
  ])
    expect(page).toContain(`, ${harm}: missed; requests exposed until found`);
  expect(page).toMatch(/Kayenta, each 5 min, growing +\|/);
  expect(await readFile(join(directory, 'traces-false-alarms.svg'), 'utf8')).toMatch(/^<svg.*<\/svg>$/s);
}, 120_000);

test('the same seed gives the same outcomes on any number of threads, another seed others', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'traces-'));
  await writeShop(directory);
  const traces = await tracesOf(directory, null);
  const asked = { runs: 2, hours: 1, weight: 0.2, rules: ['peeked-z', 'kayenta-sliding'] };
  const outcomes = async (seed: number, threads: number): Promise<string> => {
    const jobs = jobsOf({ ...asked, seed }, traces).filter(({ effect }) => effect === 'errors-3');
    const worker = new URL('../../../bench/traces/worker.ts', import.meta.url);
    return JSON.stringify(await runAll<Outcomes[]>(worker, jobs, threads, () => undefined));
  };
  const one = await outcomes(3, 1);
  expect(await outcomes(3, 2)).toBe(one);
  expect(await outcomes(4, 2)).not.toBe(one);
}, 60_000);

test('work that is not begun in time is left out, and the page says so', async () => {
  const jobs = [1, 2, 3];
  const worker = new URL('./echo.js', import.meta.url);
  let over = false;
  const stop = (done: number): void => {
    over = done === 2;
  };
  expect(await runAll<number>(worker, jobs, 1, stop, () => over)).toEqual([1, 2, undefined]);
});

test.each([
  [[], 'expected one directory of traces, found 0'],
  [['.', '--runs', 'many'], '--runs: found "many", expected a whole number from 2 to 10000'],
  [['.', '--rules', 'default,guess'], '--rules: there is no guess, only flagger-1'],
  [['.', '--weight', '80'], '--weight: found "80", expected a whole number from 1 to 50'],
])('refuses %j and prints the usage', async (args, sentence) => {
  await expect(bench(args)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(sentence) as string,
  });
});
