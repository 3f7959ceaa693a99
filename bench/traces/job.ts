import { outcomeOf, type Outcome, type Outcomes } from '../judge/outcome.ts';
import { rules } from '../judge/rules/registry.ts';
import { readTrace, type Trace } from './form.ts';
import { signalsOf } from './harms.ts';
import { traceRun } from './run.ts';
import { settings, type Job } from './settings.ts';
import { hoursOf } from './span.ts';

const read = new Map<string, Promise<Trace>>();

/**
 * Cuts the job's runs out of its trace and judges each by every rule that it names, signal by signal.
 *
 * @throws {Error} where a rule throws, with the run that shows it
 */
export async function runJob({ path, world, setting, effect, from, to, ...job }: Job): Promise<Outcomes[]> {
  const reading = read.get(path) ?? readTrace(path);
  read.set(path, reading);
  const trace = await reading;
  const judged = rules
    .filter(({ name }) => job.rules.includes(name))
    .flatMap((rule) =>
      signalsOf(trace, effect)
        .filter((signal) => rule.signals.includes(signal))
        .map((signal) => ({ rule, signal, outcomes: [] as Outcome[] })),
    );
  for (let run = from; run < to; run += 1) {
    const key = { ...job, setting: settings[setting], effect, run, hours: hoursOf(trace, job.hours) };
    const { observed, onset, requests } = await traceRun(trace, key);
    for (const { rule, signal, outcomes } of judged) {
      try {
        const outcome = outcomeOf(rule, observed, signal, onset);
        const until = requests.subarray(onset, outcome.failedAt ?? observed.ticks);
        outcomes.push({ ...outcome, exposed: until.reduce((sum, n) => sum + n, 0) });
      } catch (error) {
        const where = `run ${run} of ${world}, harm ${effect}, seed ${job.seed}`;
        throw new Error(`The rule ${rule.name} could not judge the ${signal} of ${where}.`, { cause: error });
      }
    }
  }
  return judged.map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
}
