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
}
