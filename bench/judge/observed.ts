import type { MetricNoise } from '../../src/judge/compared/comparing.ts';

/** What a rule is asked about. */
export type Signal = 'errors' | 'latency' | 'gauge';

/** Upper bounds of the latency buckets, in seconds: the default ones of Prometheus' client libraries, without +Inf. */
export const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Of a rollout, seconds from tick to tick. */
export const every = 15;
export const ticksPerMinute = 60 / every;

/** One arm's figures, each a series with one value per tick: how much a counter has grown in it. */
export interface Arm {
  readonly requests: Float64Array;
  /** At most as many as requests. */
  readonly errors: Float64Array;
  /** For each of `bounds`, the requests that took at most as long; what is missing to `requests` took longer than all. */
  readonly buckets: readonly Float64Array[];
  /** NaN where the tick was not scraped. One pod's value for the canary, the mean over its pods for stable. */
  readonly gauge: Float64Array;
}

/** Stable in the 24 hours before the rollout. A value is of a whole minute; nothing is missing in it. */
export interface History {
  readonly minutes: number;
  /** Single pods, each with as much traffic as the canary gets: placebo canaries. */
  readonly pods: readonly Arm[];
  /** All other pods together. */
  readonly others: Arm;
  /** Every pod by itself, as the product reads them: the single ones, and as many more as the others are. */
  readonly copies: readonly Arm[];
  /** What the product itself reads in the pods' past, signal by signal, where that was asked: null if too little. */
  readonly read?: { readonly [S in Signal]?: MetricNoise | null };
}

/** One rollout as its judge sees it. */
export interface Observed {
  readonly ticks: number;
  /** What is counted where it is not each request by itself. */
  readonly counted?: 'users' | 'requests of users' | undefined;
  /** What share of the traffic the canary is meant to get in each tick, above 0 and below 1. */
  readonly weight: Float64Array;
  /** 0 where the tick is not known: its counts are 0 and its gauges NaN. */
  readonly scraped: Uint8Array;
  readonly canary: Arm;
  readonly stable: Arm;
  /** A fresh copy of stable, of the canary's size, beside stable and not part of it. */
  readonly baseline: Arm;
  /** Made at its first use. */
  readonly history: History;
}
