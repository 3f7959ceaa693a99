import type { Observed, Signal } from './observed.ts';
import type { RuleOf } from './rules/rule.ts';

/** What became of one run under one rule. */
export interface Outcome {
  /** How many ticks were seen at the first fail; null where there was none. */
  failedAt: number | null;
  /** The same for the first moment at which it would have passed, fails aside. */
  passedAt: number | null;
  /** Ticks until harm began, if there was any. */
  onset: number;
  /** The canary's requests from the onset to the fail, or to the end of the run. */
  exposed: number;
}

/** A rule's outcomes for one signal, run by run. */
export interface Outcomes {
  rule: string;
  signal: Signal;
  /** The day on which it was asked; undefined: now. */
  on?: string | undefined;
  outcomes: Outcome[];
}

/**
 * What a rule makes of a run.
 *
 * @param onset the first tick with harm; 0 where there is none
 */
export function outcomeOf<Run extends Observed>(
  rule: RuleOf<Run>,
  run: Run,
  signal: Signal,
  onset: number,
): Outcome {
  const { failedAt, passedAt } = rule.judge(run, signal);
  const { requests } = run.canary;
  const exposed = requests.subarray(onset, failedAt ?? run.ticks).reduce((sum, n) => sum + n, 0);
  return { failedAt, passedAt, onset, exposed };
}
