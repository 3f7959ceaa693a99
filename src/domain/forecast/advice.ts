import type { Measured } from '../../judge/criteria.ts';
import type { Change } from './change.ts';
import { isHopeless, raisesFalseAlarms, worstStep, type CleanForecast } from './clean.ts';
import { sorted, type ForecastPlan, type Usual } from './plan.ts';
import { largerSample, moreEvidence } from './remedies.ts';

/** What is wrong with a plan, and what would mend it. */
export interface Advice {
  /** Where most of the clean rollouts that are not promoted end, from 0. */
  step: number;
  /**
   * `time`: it is too short for a pass; `silence`: it has too few requests for any verdict; `false-alarm`: the metric takes
   * clean canaries back; `never`: the metric can never pass.
   */
  why: { kind: 'time' | 'silence' } | { kind: 'false-alarm' | 'never'; metric: string };
  /** Each of them is enough by itself, and was simulated. */
  changes: readonly Change[];
}

/** What to say of a plan that is hopeless or raises false alarms; null of any other. */
export function adviceOn(
  plan: ForecastPlan,
  usual: Usual,
  { clean, seed }: { clean: CleanForecast; seed: number },
): Advice | null {
  const worst = worstStep(clean);
  if (!isHopeless(clean) && !raisesFalseAlarms(clean)) return null;
  // Where the test takes them back none gets to a step.
  const step = worst?.at ?? 0;
  const unable = sorted(plan, usual).simulated.find(cannotPass);
  if (unable !== undefined) return { step, why: { kind: 'never', metric: unable.name }, changes: [] };
  const [first] = Object.entries(clean.failed).sort(([, a], [, b]) => b - a);
  if (first !== undefined && first[1] > clean.held) {
    const [metric] = first;
    return {
      step,
      why: { kind: 'false-alarm', metric },
      changes: largerSample(plan, usual, { metric, seed }),
    };
  }
  if (worst === undefined) return null;
  const why = { kind: 2 * worst.silent > worst.held + worst.takenBack ? 'silence' : 'time' } as const;
  return { step, why, changes: moreEvidence(plan, usual, { seed }) };
}

function cannotPass({ kind, comparison }: Measured): boolean {
  return kind === 'gauge' && comparison?.noise?.gauge === undefined;
}
