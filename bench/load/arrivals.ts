/** Milliseconds in which requests are counted together. */
const stretch = 100;
/** Before the first request, in ms: a burst at each full second must not fall out of its second by a hair. */
const lead = 4;

/** How requests came at the target, beside the rate that was asked. */
export interface Arrivals {
  /** Per second, over the whole run. */
  mean: number;
  /** The second that was furthest off, as a share of the rate: −0.1 is a tenth too few. */
  worstSecond: number;
  /** The most that came in any tenth of a second, as a multiple of what is due in one. */
  burst: number;
}

/**
 * @param came when each request came, in ms, oldest first; what comes after the run's length is not counted
 * @param seconds of the whole run
 */
export function arrivalsOf(came: readonly number[], rate: number, seconds: number): Arrivals {
  const from = (came[0] ?? 0) - lead;
  const counts = Array.from({ length: seconds }, () => 0);
  let most = 0;
  let oldest = 0;
  for (const [index, at] of came.entries()) {
    const second = Math.floor((at - from) / 1000);
    if (second >= seconds) break;
    counts[second] = (counts[second] ?? 0) + 1;
    while ((came[oldest] ?? at) <= at - stretch) oldest += 1;
    most = Math.max(most, index - oldest + 1);
  }
  const off = counts.map((count) => count / rate - 1);
  return {
    mean: counts.reduce((sum, count) => sum + count, 0) / seconds,
    worstSecond: off.reduce((worst, one) => (Math.abs(one) > Math.abs(worst) ? one : worst), 0),
    burst: most / ((rate * stretch) / 1000),
  };
}
