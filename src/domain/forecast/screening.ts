import { isLimited, limitsOf } from '../../judge/limited/limit.ts';
import { requestsToKeep } from '../../judge/sequential/share-limit.ts';
import type { Measured } from '../../judge/criteria.ts';
import { cleanOf } from './clean.ts';
import { judgesTest } from '../sources.ts';
import { sorted, type ForecastPlan } from './plan.ts';
import { runsOf } from './runs.ts';
import type { Run } from './simulate.ts';
import { effort } from './work.ts';

/** Traffic at which a plan does not promote clean releases by itself; shares of one. */
export interface Shortfall {
  /** Requests a second of stable and canary together. */
  rps: number;
  /** Of events, while nothing is wrong. */
  rate: number;
  held: number;
  takenBack: number;
}

/** A test that is too short to show that a limit is kept, however good the canary is. */
export interface ShortTest {
  metric: string;
  requests: number;
  /** So many would be enough if none of them is an event. */
  needed: number;
}

/** What services have: nobody has said yet what this one has. */
const traffic = [10, 100, 1_000];
const rates = [0.001, 0.005, 0.01];

/** One clean release in twenty may be lost. */
const alarming = 0.05;
const most = 40;
/** Looks at one ratio in all, which take a second or so. */
const work = 60_000;

/**
 * For each traffic the first rate below its limits at which more than one clean release in twenty is held or taken back; where
 * nothing is known of a service this says what it must not be.
 */
export function shortfallsOf(plan: ForecastPlan): Shortfall[] {
  let left = work;
  return traffic.flatMap((rps) => {
    for (const rate of rates.filter((one) => isAllowed(plan.metrics, one))) {
      const names = plan.metrics.filter(({ kind }) => kind === 'rate').map(({ name }) => [name, rate]);
      const usual = { rps, rates: Object.fromEntries(names) as Record<string, number>, means: {} };
      const { simulated: metrics } = sorted(plan, usual);
      const each = metrics.reduce((sum, metric) => sum + effort(metric), 0);
      const runs: Run[] = [];
      for (let run = 0; run < most && left > 0; run += 1) {
        const [one] = runsOf({ plan, metrics, usual, harm: null, seed: run, series: -3 }, 1);
        if (one === undefined) break;
        runs.push(one);
        left -= one.steps.reduce((sum, { looks }) => sum + looks * each, 0);
      }
      const { held, takenBack } = cleanOf(plan, runs);
      if (runs.length > 0 && held + takenBack > alarming) return [{ rps, rate, held, takenBack }];
    }
    return [];
  });
}

/** No limit that decides is broken by what is usual. */
export function isAllowed(metrics: readonly Measured[], rate: number): boolean {
  return metrics.every(({ kind, gating, max = 1 }) => kind !== 'rate' || !gating || rate < max);
}

/** Tests of a known number of requests that cannot show what they are for. */
export function shortTests({ load, metrics, judge: { beta } }: ForecastPlan): ShortTest[] {
  if (load?.rate === undefined) return [];
  const requests = Math.floor((load.rate * load.duration) / 1000);
  return metrics.filter(judgesTest).flatMap((metric) => {
    if (!metric.gating || !isLimited(metric)) return [];
    const needed = Math.max(...limitsOf(metric).map(({ share }) => requestsToKeep(share, beta)));
    return requests < needed ? [{ metric: metric.name, requests, needed }] : [];
  });
}
