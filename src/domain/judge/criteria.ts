import type { MetricVerdict } from '../verdict.ts';

/** What the judge holds one metric to. Rates and ratios are fractions of one, latencies milliseconds. */
export interface Criterion {
  name: string;
  kind: 'status' | 'rate' | 'value' | 'latency';
  gating: boolean;
  /** Statuses that are good (kind `status`). */
  ok?: string[] | undefined;
  max?: number | undefined;
  min?: number | undefined;
  /** Times stable's value, at most. */
  maxRatio?: number | undefined;
  /** Times stable's value, at least. */
  minRatio?: number | undefined;
  /** Exposures (rate, latency) or ticks (value) that make one look; less is no signal. */
  minSample?: number | undefined;
  /** Failed looks at which the verdict is `fail`; by default the first one, and none for `status`. */
  failures?: { consecutive?: number | undefined; total?: number | undefined } | undefined;
}

/** One metric's evidence: what is being gathered for the next look, and what the looks said. */
export interface MetricEvidence {
  canary: Pool;
  stable: Pool;
  looks: number;
  failed: number;
  failedInARow: number;
  last: MetricVerdict | null;
}

/** Sums over the ticks since the last look. */
export interface Pool {
  events: number;
  total: number;
}

/** What is carried from chapter to chapter: plain, small, by metric name. */
export type JudgeState = Record<string, MetricEvidence>;
