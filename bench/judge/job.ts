import { outcomeOf, type Outcome, type Outcomes } from './outcome.ts';
import { allRules, hoursOf, type Job } from './settings.ts';
import { effects } from './world/effects.ts';
import { drawRun } from './world/run.ts';

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
        outcomes.push(outcomeOf(rule, observed, signal, observed.truth.onset));
      } catch (error) {
        const where = `run ${run} of world ${world}, effect ${effect}, seed ${seed}`;
        throw new Error(`The rule ${rule.name} could not judge the ${signal} of ${where}.`, { cause: error });
      }
    }
  }
  return judged.map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
}
