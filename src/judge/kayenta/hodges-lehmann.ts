import type { Shift } from './mann-whitney.ts';
import { normalQuantile } from './normal-quantile.ts';
import { rankSumDeviation, ranksOf } from './ranks.ts';
import { ascending } from './statistics.ts';

/**
 * The Hodges–Lehmann estimate of the shift, which is the median of all differences of a canary's value and a
 * baseline's, and the bounds of its confidence interval, which are two of those differences: those at which the
 * standardised rank sum, with continuity correction, crosses the normal quantile (Hollander and Wolfe, Nonparametric
 * Statistical Methods, 4.3). Exact at every scale.
 *
 * @param confidence above 0, below 1
 */
export function exactShift(
  canary: readonly number[],
  baseline: readonly number[],
  confidence: number,
): Shift {
  const [x, y] = [canary.toSorted(ascending), baseline.toSorted(ascending)];
  const [n, m] = [x.length, y.length];
  const pairs = n * m;
  const ties = ranksOf(x, [], 0).ties + ranksOf(y, [], 0).ties;
  const reach = normalQuantile((1 + confidence) / 2) * rankSumDeviation(n, m, ties) + 0.5;
  const first = Math.min(Math.max(1, Math.ceil(pairs / 2 - reach)), Math.ceil(pairs / 2));
  const difference = (rank: number): number => differenceAt(x, y, rank);
  return {
    lower: difference(first),
    estimate: (difference(Math.ceil(pairs / 2)) + difference(Math.floor(pairs / 2) + 1)) / 2,
    upper: difference(pairs + 1 - first),
  };
}

/**
 * The difference at a rank, from 1, of all sorted differences `x − y`, without making them all: halves the range, and
 * draws its ends in to the differences that are there, until one is left.
 */
function differenceAt(x: readonly number[], y: readonly number[], rank: number): number {
  let low = (x[0] ?? NaN) - (y.at(-1) ?? NaN);
  let high = (x.at(-1) ?? NaN) - (y[0] ?? NaN);
  while (low < high) {
    const middle = low / 2 + high / 2;
    const { count, below, above } = around(x, y, middle < high ? middle : low);
    if (count >= rank) high = below;
    else low = above;
  }
  return low;
}

/** Of all differences `x − y`: how many are at most `limit`, the largest of those, and the smallest of the others. */
function around(
  x: readonly number[],
  y: readonly number[],
  limit: number,
): { count: number; below: number; above: number } {
  const found = { count: 0, below: -Infinity, above: Infinity };
  let from = 0;
  for (const value of x) {
    while (value - (y[from] ?? NaN) > limit) from++;
    found.count += y.length - from;
    if (from < y.length) found.below = Math.max(found.below, value - (y[from] ?? NaN));
    if (from > 0) found.above = Math.min(found.above, value - (y[from - 1] ?? NaN));
  }
  return found;
}
