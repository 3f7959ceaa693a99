/** What the ranks of two samples, ranked together, say. Equal values share the mean of their ranks. */
export interface Ranks {
  /** The sum of the ranks of the first sample. */
  sum: number;
  /** Over each set of equal values, t³ − t of its size t, summed. */
  ties: number;
}

/** The standard deviation of the rank sum of samples of `n` and `m` values that do not differ, given their ties. */
export function rankSumDeviation(n: number, m: number, ties: number): number {
  return Math.sqrt(((n * m) / 12) * (n + m + 1 - ties / ((n + m) * (n + m - 1))));
}

/**
 * Ranks `x − shift` together with `y`. A shift keeps an order, so both samples are sorted once, by the caller, and
 * merged here: the search for a root asks this some thirty times.
 *
 * @param x sorted, ascending
 * @param y sorted, ascending
 */
export function ranksOf(x: readonly number[], y: readonly number[], shift: number): Ranks {
  const ranks = { sum: 0, ties: 0 };
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    const lowest = Math.min((x[i] ?? Infinity) - shift, y[j] ?? Infinity);
    const before = i + j;
    const ofX = i;
    // Not `<=`: a value that compares with nothing must not hold the walk up.
    while (i < x.length && !((x[i] ?? NaN) - shift > lowest)) i++;
    while (j < y.length && !((y[j] ?? NaN) > lowest)) j++;
    const equal = i + j - before;
    ranks.sum += (i - ofX) * (before + (equal + 1) / 2);
    ranks.ties += equal ** 3 - equal;
  }
  return ranks;
}
