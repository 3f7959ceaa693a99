import { expect, test } from 'vitest';
import { Cells } from '../../bench/judge/cells.ts';
import { runJob } from '../../bench/judge/job.ts';
import type { Outcomes } from '../../bench/judge/outcome.ts';
import { runAll } from '../../bench/judge/pool.ts';
import { verdictsJson } from '../../bench/judge/report/json.ts';
import { markdownPage } from '../../bench/judge/report/markdown.ts';
import { plots } from '../../bench/judge/report/plots.ts';
import { jobsOf, type Settings } from '../../bench/judge/settings.ts';
import { isHarm } from '../../bench/judge/world/effects.ts';

const worker = new URL('../../bench/judge/worker.ts', import.meta.url);

const settings: Settings = {
  seed: 3,
  runs: 6,
  worlds: ['iid', 'gaps'],
  rules: ['flagger-1', 'kayenta-sliding', 'prototype-fast', 'oracle'],
};

test('the same seed gives the same verdicts, whatever the number of threads; another seed, others', async () => {
  const verdicts = async (seed: number, threads: number): Promise<string> => {
    const jobs = jobsOf({ ...settings, seed }).filter(({ effect }) => effect.startsWith('errors-'));
    const cells = new Cells(jobs, await runAll<Outcomes[]>(worker, jobs, threads, () => undefined), isHarm);
    return verdictsJson(cells, { settings, threads, took: 0 });
  };
  const one = await verdicts(3, 1);
  expect(await verdicts(3, 3)).toBe(one);
  expect(await verdicts(4, 3)).not.toBe(one);
});

test('the page has a place or the unsafe worlds of each rule, and each plot is drawn', () => {
  const jobs = jobsOf({ ...settings, runs: 2 }).filter(({ effect }) => ['none', 'errors-3'].includes(effect));
  const cells = new Cells(jobs, jobs.map(runJob), isHarm);
  const page = markdownPage(cells, [], { settings, threads: 1, took: 65_000 });
  expect(page).toContain('Seed 3; 6 runs of 24 hours');
  expect(page).toMatch(/Flagger, 1 % errors, threshold 5 +\| +– \| +– \| every world/);
  for (const [name, svg] of Object.entries(plots(cells))) {
    expect(page).toContain(`(${name}.svg)`);
    expect(svg).toMatch(/^<svg.*<\/svg>$/s);
  }
});
