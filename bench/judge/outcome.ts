import { drawRun } from './world/run.ts';
import type { Observed, Signal } from './observed.ts';
import { allRules, hoursOf, type Job } from './settings.ts';
import type { Rule } from './rules/rule.ts';
import { effects } from './world/effects.ts';

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
  outcomes: Outcome[];
}

/**
 * Draws the job's runs and judges each by every rule that it names, signal by signal.
 *
 * @throws {Error} where a rule throws, with the run that shows it
 */
export function runJob({ seed, world, effect, from, to, rules: names }: Job): Outcomes[] {
  const judged = allRules
    .filter(({ name }) => names.includes(name))
    .flatMap((rule) =>
      effects[effect].signals
        .filter((signal) => rule.signals.includes(signal))
        .map((signal) => ({ rule, signal, outcomes: [] as Outcome[] })),
    );
  for (let run = from; run < to; run += 1) {
    const observed = drawRun({ seed, world, effect, run }, hoursOf(effect));
    for (const { rule, signal, outcomes } of judged) {
      try {
        outcomes.push(outcomeOf(rule, observed, signal));
      } catch (error) {
        const where = `run ${run} of world ${world}, effect ${effect}, seed ${seed}`;
        throw new Error(`The rule ${rule.name} could not judge the ${signal} of ${where}.`, { cause: error });
      }
    }
  }
  return judged.map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
}

function outcomeOf(rule: Rule, observed: Observed, signal: Signal): Outcome {
  const { failedAt, passedAt } = rule.judge(observed, signal);
  const { onset } = observed.truth;
  const { requests } = observed.canary;
  const exposed = requests.subarray(onset, failedAt ?? observed.ticks).reduce((sum, n) => sum + n, 0);
  return { failedAt, passedAt, onset, exposed };
}
