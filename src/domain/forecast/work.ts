import type { Measured } from '../../judge/criteria.ts';
import { runsOf, type Scenario } from './runs.ts';

/** Looks at one ratio that take some seconds. */
const some = 250_000;
const fewest = 40;
/** So many runs tell how long the others take. */
const pilots = 10;

/**
 * How many runs of a scenario take only seconds, together with those of the others that share the time.
 *
 * @param most where they take less
 */
export function affordable(scenario: Scenario, { most, sharing }: { most: number; sharing: number }): number {
  const looks = runsOf(scenario, pilots)
    .flatMap(({ steps }) => steps)
    .reduce((sum, step) => sum + step.looks, 0);
  const each = (looks / pilots) * scenario.metrics.reduce((sum, metric) => sum + effort(metric), 0);
  return Math.max(fewest, Math.min(most, Math.floor(some / sharing / Math.max(1, each))));
}

/** Of a look at the metric, in ratios. */
export function effort({ kind, comparison }: Measured): number {
  if (comparison === undefined || kind === 'gauge') return 0.2;
  const ratios = kind === 'latency' ? 4 : 1;
  return (comparison.noise?.counts?.wander.sd ?? 0) === 0 ? ratios : 5 * ratios;
}
