import { expect, test } from 'vitest';
import type { Split } from '../../src/domain/rollout.ts';
import { bakeCriteria, testCriteria, type Measured } from '../../src/judge/criteria.ts';

const shared = { kind: 'rate', gating: true, minSample: 20 } as const;
const compared: Measured = { ...shared, name: 'compared', maxRatio: 1.25, source: { type: 'http' } };
const both: Measured = { ...shared, name: 'both', max: 0.02, minRatio: 0.8, source: { type: 'http' } };
const load: Measured = { ...shared, name: 'load', max: 0.02, source: { type: 'load' } };
const all = [compared, both];

test('a bake is judged beside stable, and the test by limits alone', () => {
  expect(bakeCriteria(all, at(50)).map(({ name }) => name)).toEqual(['compared', 'both']);
  expect(bakeCriteria(all, at(0))).toMatchObject([{ maxRatio: 1.25 }, { minRatio: 0.8 }]);
  expect(testCriteria([load])).toMatchObject([{ name: 'load', gating: true, max: 0.02 }]);
});

test('at 100 nothing compares with stable, and what only compares is reported', () => {
  const [first, second] = bakeCriteria(all, at(100));
  expect(first).toMatchObject({ gating: false, maxRatio: undefined });
  expect(second).toMatchObject({ gating: true, max: 0.02, minRatio: undefined });
});

test('the criteria are plain values, without the source and its headers', () => {
  for (const criterion of bakeCriteria(all, at(50))) expect(criterion).not.toHaveProperty('source');
});

function at(weight: number): Split {
  return { weight, audience: null };
}
