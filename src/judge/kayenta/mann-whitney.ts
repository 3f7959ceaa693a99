import { normalQuantile } from './normal-quantile.ts';
import { rankSumDeviation, ranksOf } from './ranks.ts';
import { ascending } from './statistics.ts';
import { zeroin } from './zeroin.ts';

/** How far the canary's values lie above the baseline's (below, if negative): an estimate and its bounds. */
export interface Shift {
  lower: number;
  estimate: number;
  upper: number;
}

/** Every observation is the same at some shift, so that nothing can be said about it. */
export class AllTied extends Error {
  override readonly name = 'AllTied';
}

/**
 * The standardised rank sum of `x − shift` against `y`, with continuity correction, minus `quantile`: a step function
 * that falls with the shift.
 *
 * @param x sorted, ascending
 * @param y sorted, ascending
 * @throws {AllTied}
 */
export function wilcoxonDifference(
  x: readonly number[],
  y: readonly number[],
  shift: number,
  quantile: number,
): number {
  const [n, m] = [x.length, y.length];
  const { sum, ties } = ranksOf(x, y, shift);
  const distance = sum - (n * (n + 1)) / 2 - (n * m) / 2;
  const sigma = rankSumDeviation(n, m, ties);
  if (sigma === 0) throw new AllTied('all observations are tied at a shift');
  return (distance - 0.5 * (Math.sign(distance) || 0)) / sigma - quantile;
}

/**
 * The shift of a Mann–Whitney test with its confidence interval, found as Kayenta finds it: as roots of the step
 * function, by Brent's method with an absolute tolerance of 1e-4. Bounds of differences that are not much larger than
 * that mean nothing, and may lie on the wrong side of the estimate.
 *
 * @param confidence above 0, below 1
 * @throws {AllTied}
 */
export function searchedShift(
  canary: readonly number[],
  baseline: readonly number[],
  confidence: number,
): Shift {
  const [x, y] = [canary.toSorted(ascending), baseline.toSorted(ascending)];
  const low = (x[0] ?? NaN) - (y.at(-1) ?? NaN);
  const high = (x.at(-1) ?? NaN) - (y[0] ?? NaN);
  const search = (quantile: number, clamped: boolean): number => {
    const f = (shift: number): number => wilcoxonDifference(x, y, shift, quantile);
    const [atLow, atHigh] = [f(low), f(high)];
    if (clamped && atLow <= 0) return low;
    if (clamped && atHigh >= 0) return high;
    return zeroin(f, low, high, atLow, atHigh);
  };
  const quantile = normalQuantile((1 - confidence) / 2);
  return { lower: search(-quantile, true), upper: search(quantile, true), estimate: search(0, false) };
}
