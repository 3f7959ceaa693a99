/** What was measured: windows, readings and ticks. */

/** A closed stretch of time, `from` included and `to` excluded, in ms since 1970. */
export interface Window {
  from: number;
  to: number;
}

/** What one metric said of one track in one window. */
export type Reading =
  | { status: string }
  /**
   * `n` is the number of exposures behind the value, 1 where the source does not say. `slower`: of so many of them it is sure,
   * and it is possible, that they took longer than the metric's limit.
   */
  | { value: number; n: number; slower?: { least: number; most: number } }
  | { events: number; total: number }
  /** Of `total` requests, `below[i]` took at most `bounds[i]` milliseconds; bounds ascending. */
  | { bounds: number[]; below: number[]; total: number }
  /** It could not be measured, and why. */
  | { missing: string };

/** What nobody asked for, or nobody answered. */
export const unmeasured = { missing: 'it was not measured' };

/** One look at the metrics: a closed window of time, counted once. */
export interface Tick {
  window: Window;
  /** By metric name; a track that the metric does not measure is absent. */
  metrics: Record<string, { canary: Reading; stable?: Reading | undefined }>;
}

/** What a load run saw of the requests that it sent. */
export interface LoadReport {
  window: Window;
  requests: number;
  /** Those that were due and not sent in their time: the worker stood still, or the target did not keep up at all. */
  missed: number;
  /** Answers other than 2xx and 3xx, and requests without an answer. */
  errors: number;
  latency: Latency;
  /** Why requests failed, by class (`timeout`, `5xx`, …), with counts. */
  classes: Record<string, number>;
}

/** How long the requests took whose time is known: those with an answer, and those that were given up. */
export interface Latency {
  /** How many those are. */
  n: number;
  /** Milliseconds by percentile; absent where a load's own tool does not say. */
  p50?: number | undefined;
  p90?: number | undefined;
  p99?: number | undefined;
  max?: number | undefined;
  /**
   * How many requests fell into each of a fixed row of buckets; two reports are merged exactly by adding them, and
   * the percentiles are of these, at most 2% too high. Absent where a tool gives percentiles only.
   */
  counts?: Record<string, number> | undefined;
}
