import type { Measured } from '../../judge/criteria.ts';
import type { ForecastPlan, Usual } from './plan.ts';
import { randomOf } from '../random.ts';
import { simulate, type Run } from './simulate.ts';
import { worldOf, type Harm } from './world.ts';

/** What is simulated, and which of the many series of draws it gets. */
export interface Scenario {
  plan: ForecastPlan;
  /** Those of the plan that are simulated. */
  metrics: readonly Measured[];
  usual: Usual;
  harm: Harm | null;
  /** Whole numbers. */
  seed: number;
  series: number;
}

/** So many rollouts, independent of each other; the first ones of a series are always the same. */
export function runsOf({ plan, metrics, usual, harm, seed, series }: Scenario, count: number): Run[] {
  return Array.from({ length: count }, (_, run) =>
    simulate(plan, metrics, worldOf(metrics, usual, harm, randomOf(`${seed}/${series}/${run}`))),
  );
}
