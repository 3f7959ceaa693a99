import { adviceOn, type Advice } from './advice.ts';
import { decisive } from './bake.ts';
import { cleanOf, isHopeless, type CleanForecast } from './clean.ts';
import { judgesTest } from '../sources.ts';
import { alike, bakes, sorted, type LeftOut, type ForecastPlan, type Usual } from './plan.ts';
import { runsOf, type Scenario } from './runs.ts';
import type { Run } from './simulate.ts';
import { endsOf, share, spread, type Ends, type Spread } from './spread.ts';
import { affordable } from './work.ts';
import type { Harm } from './world.ts';

/** What a plan is likely to bring, from simulated rollouts; times in milliseconds, shares of one. */
export interface Forecast {
  /** Null: no metric that decides a bake can be simulated. */
  clean: CleanForecast | null;
  harms: HarmForecast[];
  /** Fewer than half of the clean rollouts are promoted without a person. */
  hopeless: boolean;
  advice: Advice | null;
  leftOut: readonly LeftOut[];
  /** Steps whose traffic nobody knows, by their place: they are taken to go on at the end of the bake's minimum. */
  unknown: number[];
}

/** Of a canary that is worse from the beginning on. */
export interface HarmForecast extends Ends, Harm {
  runs: number;
  /** Until it is taken back, and how many requests are exposed to it until then. */
  time: Spread;
  requests: Spread;
  /** The share of all rollouts that are taken back by the end of each step that bakes. */
  bySteps: number[];
}

export interface Asked {
  /** So many times as many events, each above 1. */
  times: readonly number[];
  /** A whole number; the same one gives the same forecast. */
  seed: number;
  /** Is told the share of the work that is done, of one. */
  onProgress?: (done: number) => void;
}

const mostRuns = 400;
const mostHarmed = 200;

/** Simulates rollouts of a canary that is as good as stable, and of canaries that are worse; some seconds. */
export function forecastOf(plan: ForecastPlan, usual: Usual, { times, seed, onProgress }: Asked): Forecast {
  const { simulated: metrics, leftOut } = sorted(plan, usual);
  const unknown = bakes(plan).flatMap(({ at, step }) => (step.weight === null ? [at] : []));
  if (bakes(plan).every(({ step }) => decisive(metrics, step, plan).length === 0)) {
    return { clean: null, harms: [], hopeless: false, advice: null, leftOut, unknown };
  }
  const scenario = { plan, metrics, usual, harm: null, seed, series: 0 };
  const clean = cleanOf(plan, someOf(scenario, mostRuns, 1));
  const wanted = alike(metrics.filter((metric) => !judgesTest(metric))).flatMap((names) =>
    times.map((more) => ({ metrics: names, times: more })),
  );
  const parts = wanted.length + 2;
  onProgress?.(1 / parts);
  const harms = wanted.map((harm, at) => {
    const runs = someOf({ ...scenario, harm, series: at + 1 }, mostHarmed, wanted.length / 2);
    onProgress?.((at + 2) / parts);
    return harmOf(plan, harm, runs);
  });
  const advice = adviceOn(plan, usual, { clean, seed });
  return { clean, harms, hopeless: isHopeless(clean), advice, leftOut, unknown };
}

function someOf(scenario: Scenario, most: number, sharing: number): Run[] {
  return runsOf(scenario, affordable(scenario, { most, sharing }));
}

function harmOf(plan: ForecastPlan, harm: Harm, runs: readonly Run[]): HarmForecast {
  const found = ({ end }: Run): boolean => end === 'taken-back';
  return {
    ...harm,
    runs: runs.length,
    ...endsOf(runs),
    time: spread(runs, found, ({ time }) => time),
    requests: spread(runs, found, ({ requests }) => requests),
    bySteps: bakes(plan).map(({ at }) =>
      share(runs, ({ steps }) => steps.some((step) => step.at <= at && step.ended === 'taken-back')),
    ),
  };
}
