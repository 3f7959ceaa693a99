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
  /** Of a metric that is compared with stable at any moment. */
  evidence?: Evidence;
}

/** The numbers behind a comparison with stable. */
export interface Evidence {
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

interface Figures {
  sum: number;
  n: number;
}
