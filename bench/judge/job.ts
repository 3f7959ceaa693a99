import { outcomeOf, type Outcome, type Outcomes } from './outcome.ts';
import type { Signal } from './observed.ts';
import type { Simulated } from './world/simulated.ts';
import type { RuleOf } from './rules/rule.ts';
import { allRules, hoursOf, type Job } from './settings.ts';
import { effects } from './world/effects.ts';
import { drawRun } from './world/run.ts';

/** A rule that is asked about one signal, and what came of it so far. */
interface Judged {
  rule: RuleOf<Simulated>;
  signal: Signal;
  /** The day on which it was asked; undefined: now. */
  on?: string | undefined;
  outcomes: Outcome[];
}

/**
 * Draws the job's runs and judges each by every rule that it names, signal by signal. What a rule said of them earlier is
 * taken as it is.
 *
 * @throws {Error} where a rule throws, with the run that shows it
 */
export function runJob({ seed, world, effect, from, to, rules: names, kept }: Job): Outcomes[] {
  const judged = allRules
    .filter(({ name }) => names.includes(name))
    .flatMap((rule) =>
      effects[effect].signals
        .filter((signal) => rule.signals.includes(signal))
        .map((signal): Judged => {
          const earlier = kept.find((one) => one.rule === rule.name && one.signal === signal);
          if (earlier === undefined) return { rule, signal, outcomes: [] };
          const verdicts = earlier.verdicts.values();
          const said = { ...rule, judge: () => verdicts.next().value ?? { failedAt: null, passedAt: null } };
          return { rule: said, signal, on: earlier.on, outcomes: [] };
        }),
    );
  for (let run = from; run < to; run += 1) {
    const observed = drawRun({ seed, world, effect, run }, hoursOf(effect));
    for (const { rule, signal, outcomes } of judged) {
      try {
        outcomes.push(outcomeOf(rule, observed, signal, observed.truth.onset));
      } catch (error) {
        const where = `run ${run} of world ${world}, effect ${effect}, seed ${seed}`;
        throw new Error(`The rule ${rule.name} could not judge the ${signal} of ${where}.`, { cause: error });
      }
    }
  }
  return judged.map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
}
