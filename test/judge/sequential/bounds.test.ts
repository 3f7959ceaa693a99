import { expect, test } from 'vitest';
import { minutesToHarm } from '../../../src/judge/sequential/evidence-gain.ts';
import { logBeta, logGamma } from '../../../src/judge/sequential/log-gamma.ts';
import { meanLowerBound } from '../../../src/judge/sequential/mean-difference.ts';
import { quantileLogEvidence } from '../../../src/judge/sequential/quantile.ts';

test('the logarithm of gamma is that of factorials and of the root of pi', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n += 1) {
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
    factorial *= n;
  }
  expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 12);
  expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 12);
});

test('a quantile gathers evidence against a bound that too few or too many requests keep to', () => {
  expect(quantileLogEvidence(0, 0, 0.99)).toBeCloseTo(0, 12);
  expect(quantileLogEvidence(9_900, 10_000, 0.99)).toBeLessThan(0);
  expect(quantileLogEvidence(9_700, 10_000, 0.99)).toBeGreaterThan(Math.log(100));
  expect(quantileLogEvidence(9_999, 10_000, 0.99)).toBeGreaterThan(Math.log(100));
});

test('the bound of a mean comes closer with each observation and further with less doubt', () => {
  const at = (t: number, alpha: number): number => meanLowerBound({ t, mean: 1, sd: 2 }, alpha, 60).lower;
  expect(at(60, 0.05)).toBeLessThan(at(600, 0.05));
  expect(at(600, 0.01)).toBeLessThan(at(600, 0.05));
  expect(at(1e9, 0.05)).toBeCloseTo(1, 3);
});

test('the forecast: more harm is found sooner, noise later', () => {
  const rates = { canary: 1.5, stable: 28.5 };
  const minutes = (ratio: number, dispersion = 1): number =>
    minutesToHarm(rates, { ratio, r0: 1, alpha: 0.01, dispersion });
  expect(minutes(3)).toBeLessThan(minutes(1.5) / 5);
  expect(minutes(3, 4)).toBeCloseTo(4 * minutes(3), 9);
});
