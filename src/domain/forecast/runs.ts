import type { Measured } from '../../judge/criteria.ts';
import type { Planned, Usual } from './planned.ts';
import { randomOf } from '../random.ts';
import { simulate, type Run } from './simulate.ts';
import { worldOf, type Harm } from './world.ts';

/** What is simulated, and which of the many series of draws it gets. */
export interface Scenario {
  planned: Planned;
  /** Those of the plan that are simulated. */
  metrics: readonly Measured[];
  usual: Usual;
  harm: Harm | null;
  /** Whole numbers. */
  seed: number;
  series: number;
}

/** So many rollouts, independent of each other; the first ones of a series are always the same. */
export function runsOf({ planned, metrics, usual, harm, seed, series }: Scenario, count: number): Run[] {
  return Array.from({ length: count }, (_, run) =>
    simulate(planned, metrics, worldOf(metrics, usual, harm, randomOf(`${seed}/${series}/${run}`))),
  );
}
