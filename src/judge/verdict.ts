/**
 * What a judge says: `pass` shown to be good enough, `fail` shown to be worse, `inconclusive` measured enough
 * and neither shown, `no-signal` could not be measured or too little.
 */
export type VerdictKind = 'pass' | 'fail' | 'inconclusive' | 'no-signal';

/** A verdict with its reason: one sentence with the numbers it was made from. */
export interface Verdict {
  kind: VerdictKind;
  because: string;
  metrics: MetricVerdict[];
}

export interface MetricVerdict {
  name: string;
  gating: boolean;
  kind: VerdictKind;
  because: string;
  /** Of a metric that is compared with stable at any moment, or has a limit of its own, once it is measured. */
  evidence?: Evidence;
}

/** The numbers behind a verdict. */
export type Evidence = ComparisonEvidence | LimitEvidence;

/** Of a comparison with stable. */
export interface ComparisonEvidence {
  /** Events out of exposures, or the sum of a gauge's values by the minute out of minutes. */
  canary: Figures;
  stable: Figures;
  /** The canary's in times stable's; null where stable has nothing to be a multiple of. */
  ratio: number | null;
  /** With the confidence of the verdict, at any moment: at least and at most so many times; null where nothing is known. */
  atLeast: number | null;
  atMost: number | null;
  /** E-values of this metric: that the canary is worse than is allowed, and that it is good enough. */
  harm: number;
  pass: number;
  /** What they need for a verdict: 1/α, of all compared metrics together, and 1/β. */
  needed: { harm: number; pass: number };
}

/**
 * Of limits (`max`, `min`). Of two the one that failed, or that is less clearly kept. Its strength is absent where the metric
 * is judged look by look: there it is of the last look.
 */
export interface LimitEvidence extends Partial<LimitStrength> {
  /** Events out of requests; of a value its sum out of ticks, and of a percentile its sum in ms, weighted by requests. */
  canary: Figures;
  /** What `sum / n` may be at most, and at least. */
  max?: number | undefined;
  min?: number | undefined;
}

interface LimitStrength {
  /** With the confidence of the verdict, at any moment: the share is at least and at most so large. */
  atLeast: number;
  atMost: number;
  /** E-values of this metric: that the limit is exceeded, and that it is kept. */
  harm: number;
  pass: number;
  /** What they need for a verdict: 1/α, for each of the metric's limits once more, and 1/β. */
  needed: { harm: number; pass: number };
}

interface Figures {
  sum: number;
  n: number;
}
