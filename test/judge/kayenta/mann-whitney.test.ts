import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cles } from '../../../src/judge/kayenta/effect.ts';
import { exactShift } from '../../../src/judge/kayenta/hodges-lehmann.ts';
import { AllTied, searchedShift, wilcoxonDifference } from '../../../src/judge/kayenta/mann-whitney.ts';
import { normalQuantile } from '../../../src/judge/kayenta/normal-quantile.ts';
import { ranksOf } from '../../../src/judge/kayenta/ranks.ts';
import { ascending } from '../../../src/judge/kayenta/statistics.ts';
import { zeroin } from '../../../src/judge/kayenta/zeroin.ts';
import { drawing } from './judging.ts';

const arm = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 5, maxLength: 25 });

describe('ranks', () => {
  test('share their mean among equal values', () => {
    // Together 1 2 2 2 3: the ranks 1, 3, 3, 3, 5; three are tied.
    expect(ranksOf([2, 2, 3], [1, 2], 0)).toEqual({ sum: 11, ties: 24 });
  });

  test('count each pair once: R − n(n+1)/2 is how many pairs the first sample wins, ties half', () => {
    fc.assert(
      fc.property(arm, arm, fc.integer({ min: -5, max: 5 }), (x, y, shift) => {
        const won = x
          .flatMap((a) => y.map((b) => (Math.sign(a - shift - b) + 1) / 2))
          .reduce((sum, part) => sum + part, 0);
        const { sum } = ranksOf(x.toSorted(ascending), y.toSorted(ascending), shift);
        expect(sum - (x.length * (x.length + 1)) / 2).toBe(won);
        if (shift === 0) expect(cles(x, y)).toBeCloseTo(won / (x.length * y.length), 12);
      }),
    );
  });
});

test('the standardised rank sum by hand: 3 v 2, wholly apart, without ties', () => {
  // D = 3 of at most ±3, corrected by a half; the variance is 3 · 2 / 12 · 6 = 3.
  expect(wilcoxonDifference([4, 5, 6], [1, 2], 0, 0)).toBeCloseTo(2.5 / Math.sqrt(3), 12);
  expect(wilcoxonDifference([4, 5, 6], [1, 2], 0, 1)).toBeCloseTo(2.5 / Math.sqrt(3) - 1, 12);
  expect(() => wilcoxonDifference([3], [1], 2, 0)).toThrow(AllTied);
});

test('the normal quantile is the inverse of the distribution, to fifteen digits', () => {
  // From tables of many digits.
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(normalQuantile(0.01)).toBeCloseTo(-2.3263478740408408, 14);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 13);
  expect(normalQuantile(0.5)).toBe(0);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
});

describe('the root finder', () => {
  test.each([
    ['a line', (x: number) => 3 * x - 1, 1 / 3],
    ['a cube', (x: number) => x ** 3 - 0.2, Math.cbrt(0.2)],
    ['an exponential', (x: number) => Math.exp(x) - 2, Math.LN2],
  ])('finds the root of %s to its tolerance', (_, f, root) => {
    expect(Math.abs(zeroin(f, -2, 2, f(-2), f(2)) - root)).toBeLessThanOrEqual(1e-4);
  });

  test('takes an end that is a root', () => {
    expect(zeroin((x) => x, 0, 5, 0, 5)).toBe(0);
    expect(zeroin((x) => x, -5, 0, -5, 0)).toBe(0);
  });

  test('ends on a function that has none', () => {
    expect(zeroin(() => NaN, 0, 1, -1, 1)).toBeTypeOf('number');
  });
});

describe('the exact shift', () => {
  test('is the median of all differences, and bounds are differences', () => {
    fc.assert(
      fc.property(arm, arm, (x, y) => {
        const sorted = x.flatMap((a) => y.map((b) => a - b)).sort(ascending);
        const middle = (sorted.length - 1) / 2;
        const { lower, estimate, upper } = exactShift(x, y, 0.98);
        expect(estimate).toBe(((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2);
        expect(sorted).toContain(lower);
        expect(sorted).toContain(upper);
        expect(lower).toBeLessThanOrEqual(estimate);
        expect(upper).toBeGreaterThanOrEqual(estimate);
      }),
    );
  });

  test('mirrors when the arms change places, moves with one arm and scales with both', () => {
    fc.assert(
      fc.property(arm, arm, fc.integer({ min: -9, max: 9 }), (x, y, by) => {
        const shift = exactShift(x, y, 0.98);
        const swapped = exactShift(y, x, 0.98);
        expect([swapped.lower + shift.upper, swapped.upper + shift.lower]).toEqual([0, 0]);
        expect(
          exactShift(
            x.map((value) => value + by),
            y,
            0.98,
          ).lower,
        ).toBe(shift.lower + by);
        const scaled = exactShift(
          x.map((value) => value / 2 ** 30),
          y.map((value) => value / 2 ** 30),
          0.98,
        );
        expect(scaled.upper).toBe(shift.upper / 2 ** 30);
      }),
    );
  });

  test('bounds are where the standardised rank sum crosses its quantile', () => {
    fc.assert(
      fc.property(arm, arm, (first, second) => {
        const [x, y] = [first.toSorted(ascending), second.toSorted(ascending)];
        const { lower, upper } = exactShift(x, y, 0.98);
        const [low, high] = [(x[0] ?? 0) - (y.at(-1) ?? 0), (x.at(-1) ?? 0) - (y[0] ?? 0)];
        const q = normalQuantile(0.99);
        // All differences are whole numbers: halfway between them nothing of one arm is tied with the other.
        expect(wilcoxonDifference(x, y, lower + 0.5, q)).toBeLessThanOrEqual(0);
        if (lower > low) expect(wilcoxonDifference(x, y, lower - 0.5, q)).toBeGreaterThan(0);
        expect(wilcoxonDifference(x, y, upper - 0.5, -q)).toBeGreaterThanOrEqual(0);
        if (upper < high) expect(wilcoxonDifference(x, y, upper + 0.5, -q)).toBeLessThan(0);
      }),
    );
  });
});

test('the search comes within its tolerance of the exact bounds, where points are many and scales large', () => {
  const draw = drawing(11);
  for (let look = 0; look < 50; look++) {
    const [x, y] = [draw(30), draw(40)];
    const [searched, exact] = [searchedShift(x, y, 0.98), exactShift(x, y, 0.98)];
    expect(Math.abs(searched.lower - exact.lower)).toBeLessThan(1e-3);
    expect(Math.abs(searched.upper - exact.upper)).toBeLessThan(1e-3);
    // The search's estimate is where the corrected rank sum is 0, which is a step wide.
    expect(Math.abs(searched.estimate - exact.estimate)).toBeLessThan(0.5);
  }
});

test('the search stays at an end where even that is not beyond the quantile', () => {
  // Two against two: the rank sum cannot reach 2.33 standard deviations.
  const { lower, upper } = searchedShift([5, 6], [1, 2], 0.98);
  expect([lower, upper]).toEqual([3, 5]);
});
