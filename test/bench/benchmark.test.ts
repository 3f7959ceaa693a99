import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Cells } from '../../bench/judge/cells.ts';
import { keptIn } from '../../bench/judge/kept.ts';
import { runJob } from '../../bench/judge/job.ts';
import type { Outcomes } from '../../bench/judge/outcome.ts';
import { runAll } from '../../bench/judge/pool.ts';
import { verdictsJson } from '../../bench/judge/report/json.ts';
import { markdownPage } from '../../bench/judge/report/markdown.ts';
import { plots } from '../../bench/judge/report/plots.ts';
import { effectNames, jobsOf, type Settings } from '../../bench/judge/settings.ts';
import { isHarm } from '../../bench/judge/world/effects.ts';

const worker = new URL('../../bench/judge/worker.ts', import.meta.url);

const settings: Settings = {
  seed: 3,
  runs: 6,
  worlds: ['iid', 'gaps'],
  effects: effectNames,
  rules: ['flagger-1', 'kayenta-sliding', 'prototype-fast', 'oracle'],
};

test('the same seed gives the same verdicts, whatever the number of threads; another seed, others', async () => {
  const verdicts = async (seed: number, threads: number): Promise<string> => {
    const jobs = jobsOf({ ...settings, seed }).filter(({ effect }) => effect.startsWith('errors-'));
    const cells = new Cells(jobs, await runAll<Outcomes[]>(worker, jobs, threads, () => undefined), isHarm);
    return verdictsJson(cells, { settings, threads, day: '2026-11-28', took: 0 });
  };
  const one = await verdicts(3, 1);
  expect(await verdicts(3, 3)).toBe(one);
  expect(await verdicts(4, 3)).not.toBe(one);
});

test('the page has a place or the unsafe worlds of each rule, and each plot is drawn', () => {
  const jobs = jobsOf({ ...settings, runs: 2 }).filter(({ effect }) => ['none', 'errors-3'].includes(effect));
  const cells = new Cells(jobs, jobs.map(runJob), isHarm);
  const page = markdownPage(cells, [], { settings, threads: 1, day: '2026-11-28', took: 65_000 });
  expect(page).toContain('Seed 3; 6 runs of 24 hours');
  expect(page).toMatch(/Flagger, 1% errors, threshold 5 +\| +– \| +– \| every world/);
  for (const [name, svg] of Object.entries(plots(cells))) {
    expect(page).toContain(`(${name}.svg)`);
    expect(svg).toMatch(/^<svg.*<\/svg>$/s);
  }
});

test('a run goes on from an earlier one: what that judged stays, with its day, and gives the same figures', async () => {
  const some = { ...settings, runs: 4, worlds: ['gaps' as const], rules: ['flagger-1', 'kayenta-sliding'] };
  const errors = (jobs: ReturnType<typeof jobsOf>) => jobs.filter(({ effect }) => effect === 'errors-3');
  const facts = { settings: some, threads: 1, day: '2026-01-02', took: 0 };
  const first = errors(jobsOf(some));
  const whole = new Cells(first, first.map(runJob), isHarm);
  const directory = await mkdtemp(join(tmpdir(), 'kept-'));
  await writeFile(join(directory, 'verdicts.json.gz'), gzipSync(verdictsJson(whole, facts)));

  const kept = await keptIn([directory], 3);
  const wider = { ...some, rules: [...some.rules, 'prototype-fast'] };
  const jobs = errors(jobsOf(wider, { kept, again: ['flagger-1'] }));
  const asked = jobs.map(runJob);
  const joined = new Cells(jobs, asked, isHarm);
  for (const { world, effect, signal, rule, measures } of whole.all)
    expect(joined.find({ world, effect, signal, rule }), rule).toEqual(measures);
  expect(joined.all.map(({ rule, on }) => [rule, on])).toEqual([
    ['flagger-1', undefined],
    ['kayenta-sliding', '2026-01-02'],
    ['prototype-fast', undefined],
  ]);
  const page = markdownPage(joined, [], { ...facts, settings: wider, day: '2026-03-04' });
  expect(page).toContain('- 2026-03-04: flagger-1, prototype-fast\n- 2026-01-02: kayenta-sliding\n');
  await expect(keptIn([directory], 4)).rejects.toThrow(/is of seed 3, expected 4: give --seed 3$/);
});
