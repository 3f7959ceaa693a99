import { bounds, ticksPerMinute, type Arm, type Signal } from '../observed.ts';

/** Sums of each whole minute's ticks. */
export function perMinute(series: Float64Array): Float64Array {
  const sums = new Float64Array(Math.floor(series.length / ticksPerMinute));
  return sums.map((_, minute) => {
    let sum = 0;
    for (let tick = 0; tick < ticksPerMinute; tick += 1) sum += series[minute * ticksPerMinute + tick] ?? 0;
    return sum;
  });
}

/**
 * One point a minute, as a dashboard has it: the error rate, the 99th percentile of the latency in seconds, the mean
 * of the gauge. NaN for a minute without data.
 */
export function pointsOf(arm: Arm, signal: Signal): Float64Array {
  if (signal === 'gauge') return gaugePoints(arm.gauge);
  const requests = perMinute(arm.requests);
  if (signal === 'errors') {
    const errors = perMinute(arm.errors);
    return requests.map((n, minute) => (errors[minute] ?? 0) / n);
  }
  const buckets = arm.buckets.map(perMinute);
  return requests.map((n, minute) => quantileOf(buckets, minute, n, 0.99));
}

/** As `histogram_quantile` of Prometheus: linear within a bucket, the highest bound beyond all. */
function quantileOf(buckets: readonly Float64Array[], at: number, n: number, quantile: number): number {
  if (n === 0) return NaN;
  const rank = quantile * n;
  const bound = buckets.findIndex((bucket) => (bucket[at] ?? 0) >= rank);
  if (bound === -1) return bounds.at(-1) ?? NaN;
  const [low, high] = [bounds[bound - 1] ?? 0, bounds[bound] ?? 0];
  const [below, upTo] = [buckets[bound - 1]?.[at] ?? 0, buckets[bound]?.[at] ?? 0];
  return low + ((high - low) * (rank - below)) / (upTo - below);
}

function gaugePoints(gauge: Float64Array): Float64Array {
  const known = perMinute(gauge.map((value) => (Number.isNaN(value) ? 0 : 1)));
  const sums = perMinute(gauge.map((value) => (Number.isNaN(value) ? 0 : value)));
  return sums.map((sum, minute) => sum / (known[minute] ?? 0));
}
