import { expect, test } from 'vitest';
import { page } from '../../bench/real-traffic/report.ts';
import { scenarios } from '../../bench/real-traffic/scenarios.ts';
import { completeSpec } from '../../src/spec.ts';

test.each(scenarios)('the spec of "$name" is sound', ({ version, spec }) => {
  const target = { type: 'http', url: 'http://127.0.0.1:1' } as const;
  const plan = completeSpec({ service: 'service-1', version, target, ...spec('http://127.0.0.1:1/$track') });
  expect(plan.metrics).toHaveLength(1);
});

test('a page says how often each scenario ended how, and between what', () => {
  const [scenario] = scenarios;
  const run = { name: scenario!.name, because: 'errors: 1 of 2', failed: 1 };
  const lines = page(scenarios, [
    { ...run, outcome: 'promoted', seconds: 41.6, exposed: 1_200 },
    { ...run, outcome: 'promoted', seconds: 80, exposed: 2_400 },
    { ...run, outcome: 'rolled-back', seconds: 50, exposed: 600 },
  ]).split('\n');
  const row = lines.find((line) => line.includes(scenario!.name));
  expect(row?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    scenario!.name,
    'promoted 2 of 3, rolled-back 1 of 3',
    '42 to 80',
    '600 to 2,400',
    'errors: 1 of 2',
    '',
  ]);
});
