import type { MetricVerdict } from '../verdict.ts';
import type { SampleRatio } from '../sequential/sample-ratio.ts';
import type { ComparingState } from './comparing.ts';

/** What is carried of a metric that is compared with stable. */
export interface ComparedEvidence {
  /** End of the last tick, ms since 1970; null before the first. */
  until: number | null;
  compared: ComparingState | null;
  /** Of this weight: ticks that could be measured, and that could not. Then requests of each arm, and ticks in a row that had none. */
  seen: [measured: number, missing: number, canary: number, quiet: number, stable: number, quiet: number];
  /** Of this weight. */
  split?: SampleRatio;
  /** A `fail` stands until the weight changes. */
  failed?: Pick<MetricVerdict, 'because' | 'evidence'>;
  /** Why the newest tick gave nothing; absent if it gave something. */
  gap?: string;
}

export const noComparison: ComparedEvidence = {
  until: null,
  compared: null,
  seen: [0, 0, 0, 0, 0, 0],
};

/**
 * At a new weight the evidence goes on; what was said of the split and of missing ticks at the earlier one does not, nor who is
 * in which arm: users were moved.
 */
export function comparedAtNewStep({ compared }: ComparedEvidence): ComparedEvidence {
  if (compared === null || !('ratio' in compared)) return { ...noComparison, compared };
  return { ...noComparison, compared: { ratio: compared.ratio } };
}
