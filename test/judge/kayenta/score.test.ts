import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Label } from '../../../src/judge/kayenta/classify.ts';
import { roundHalfUp } from '../../../src/judge/kayenta/round.ts';
import { classifyScore, scoreOf, type Scored } from '../../../src/judge/kayenta/score.ts';

function metric(classification: Label, groups = ['g'], critical = false): Scored {
  return { classification, groups, critical, reason: `it is ${classification}` };
}

describe('a score', () => {
  test('is the share of passes, to two decimals', () => {
    const sixth = [metric('Pass'), ...Array.from({ length: 5 }, () => metric('High'))];
    expect(scoreOf(sixth, {})).toMatchObject({ score: 16.67, reason: '' });
  });

  test('counts NodataFailMetric against it, and neither Nodata nor Error', () => {
    const labels = ['Pass', 'Pass', 'NodataFailMetric', 'Low', 'Nodata', 'Error'] as const;
    expect(
      scoreOf(
        labels.map((label) => metric(label)),
        {},
      ).score,
    ).toBe(50);
  });

  test('takes a group of which nothing counts as 100, and reports it as 0', () => {
    const found = scoreOf([metric('Pass', ['a']), metric('Pass', ['a']), metric('Error', ['b'])], {
      a: 30,
      b: 70,
    });
    expect(found.score).toBe(100);
    expect(found.groups).toEqual([
      { name: 'a', score: 100, weight: 30 },
      { name: 'b', score: 0, weight: 70 },
    ]);
  });

  test('is 0 for one critical metric that does not pass, and says which', () => {
    const found = scoreOf([metric('Pass'), metric('Nodata', ['g'], true)], {});
    expect(found).toMatchObject({ score: 0, reason: 'Canary Failed: it is Nodata' });
    expect(scoreOf([metric('Pass'), metric('Pass', ['g'], true)], {}).score).toBe(100);
  });

  test('is 0 where half of the metrics have no data', () => {
    const found = scoreOf([metric('Pass'), metric('Nodata')], {});
    expect(found).toMatchObject({ score: 0, reason: 'Canary Failed: 50% or more metrics returned NODATA' });
    expect(scoreOf([metric('Pass'), metric('Pass'), metric('Nodata')], {}).score).toBe(100);
  });

  test('shares what the weighted groups leave among the others', () => {
    const groups = [metric('Pass', ['a']), metric('High', ['b']), metric('Pass', ['c'])];
    expect(scoreOf(groups, { a: 40 })).toMatchObject({
      score: 70,
      groups: [{ weight: 40 }, { weight: 30 }, { weight: 30 }],
    });
  });

  test('passes and is marginal from its thresholds on', () => {
    const thresholds = { pass: 75, marginal: 50 };
    const classes = [75, 74.99, 50, 49.99].map((score) => classifyScore(score, thresholds));
    expect(classes).toEqual(['Pass', 'Marginal', 'Marginal', 'Fail']);
  });
});

describe('rounding', () => {
  test.each([
    [1.005, 1.01],
    [2.675, 2.68],
    [-1.005, -1.01],
    [0.004999, 0],
    [1e-9, 0],
    [99.995, 100],
    [100, 100],
  ])('%d becomes %d: halves up, by the number as it is written', (value, expected) => {
    expect(roundHalfUp(value, 2)).toBeCloseTo(expected, 12);
  });

  test('leaves what is not finite', () => {
    expect([NaN, Infinity, -Infinity, 1.5e21].map((value) => roundHalfUp(value, 2))).toEqual([
      NaN,
      Infinity,
      -Infinity,
      1.5e21,
    ]);
  });

  test('is never further off than half a hundredth', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
        expect(Math.abs(roundHalfUp(value, 2) - value)).toBeLessThanOrEqual(0.005 + 1e-9);
      }),
    );
  });
});
