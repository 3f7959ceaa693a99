import { bounds } from '../observed.ts';

/** Of a log-normal distribution with the median 100 ms and the 99th percentile 300 ms. */
const median = 0.1;
const p99 = 0.3;
const quantile99 = 2.3263478740408408;

/**
 * Probabilities of a latency at most each of the bounds, in seconds.
 *
 * @param times what the 99th percentile is multiplied by, while the median stays
 * @param scale what every latency is multiplied by besides
 */
export function shareBelow(times: number, scale: number, of: readonly number[] = bounds): number[] {
  const sd = Math.log((p99 * times) / median) / quantile99;
  return of.map((bound) => normalShare(Math.log(bound / (median * scale)) / sd));
}

/**
 * How a pod's noise shows in its latency: all of it is multiplied by the fifth root of the factor of its errors. The
 * share of requests slower than the 99th percentile then wanders about as much as the error rate.
 */
export function latencyScale(factor: number): number {
  return factor ** 0.2;
}

/** The distribution function of the standard normal, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
