import { shareBelow } from '../judge/world/latency.ts';
import type { Quality } from './releases.ts';

/** The share of stable's requests that fail. */
export const errorRate = 0.005;

/** Ends of buckets in seconds, which a half, a tenth, a hundredth and a thousandth of stable's requests are slower than. */
export const bounds = [0.1, 0.183, 0.3, 0.43] as const;

/** What is counted besides, by copies that have ten metrics: shares of the requests that fail in these ways … */
export const failures = { timeouts: 0.002, refusals: 0.001, retries: 0.02, logins: 0.01 };
/** … and the means of gauges, and by how much they vary from scrape to scrape. */
export const gauges = {
  memory: { mean: 400e6, sd: 10e6 },
  queue: { mean: 40, sd: 6 },
  connections: { mean: 120, sd: 8 },
};

/** The share of a copy's requests that are at most as slow as each of `bounds`. */
export function fastOf({ p99 }: Quality): number[] {
  return shareBelow(p99, 1, bounds);
}

/** How many times as many requests of such a release as of stable's are slower than the 99th percentile of stable's. */
export function slowTimes(quality: Quality): number {
  const beyond = (p99: number): number => 1 - (shareBelow(p99, 1, [0.3])[0] ?? NaN);
  return beyond(quality.p99) / beyond(1);
}
