import type { Tick, Window } from './samples.ts';
import type { MetricVerdict, VerdictKind } from './verdict.ts';
import type { Criterion } from './criteria.ts';
import type { MetricEvidence } from './state.ts';

/** One metric that is being judged: takes ticks in, and says what it makes of them. */
export interface MetricJudge {
  readonly criterion: Criterion;
  /** Takes a tick in. False: it was counted before, and changes nothing. */
  add(window: Window, readings: Tick['metrics'][string] | undefined): boolean;
  kind(): VerdictKind;
  verdict(): MetricVerdict;
  /** Of a metric that is compared with stable: the evidence of harm, as an e-value. Null: it is judged otherwise. */
  harm(): number | null;
  /** All metrics together have shown that this one is harmed. */
  fail(): void;
  evidence(): MetricEvidence;
}

/** What a window is beside those that were counted before. */
export type Place = 'new' | 'repeated' | 'overlapping';

/** @param until end of the last tick that was counted, ms since 1970; null before the first */
export function placeOf({ from, to }: Window, until: number | null | undefined): Place {
  if (until === null || until === undefined) return 'new';
  if (to <= until) return 'repeated';
  return from >= until ? 'new' : 'overlapping';
}

export const overlap = 'its window overlaps one that was counted already';
