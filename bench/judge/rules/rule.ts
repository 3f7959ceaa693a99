import { ticksPerMinute, type Observed, type Signal } from '../observed.ts';

/** When a rule ended a rollout, in ticks that it had seen; null where it did not. */
export interface Verdict {
  /** The first fail: nothing after it counts. */
  failedAt: number | null;
  /** When it would first have passed. It goes on looking, so that false alarms are counted over the whole run. */
  passedAt: number | null;
}

/** A way to judge the rollouts of some kind. */
export interface RuleOf<Run extends Observed> {
  /** Short, of small letters, digits and dashes. */
  name: string;
  title: string;
  /** What it can judge. */
  signals: readonly Signal[];
  /** Sees one run to its end, or to its first fail. At tick t it may use what came before and in t, and history. */
  judge(run: Run, signal: Signal): Verdict;
}

/** A way to judge any rollout. */
export type Rule = RuleOf<Observed>;

/** How long rules bake that pass by the clock: an hour. Their authors leave it to the user. */
export const bakeMinutes = 60;

/** The verdict of a rule that passes once its bake is over. */
export function afterBake(run: Observed, failedAt: number | null, minutes = bakeMinutes): Verdict {
  const over = minutes * ticksPerMinute;
  const passes = over <= run.ticks && (failedAt === null || failedAt > over);
  return { failedAt, passedAt: passes ? over : null };
}
