import { applied, type Change, type LongerBake } from './change.ts';
import { cleanOf, isHopeless, raisesFalseAlarms, worstStep, type CleanForecast } from './clean.ts';
import { isPooled } from './pace.ts';
import { judgesTest } from '../sources.ts';
import { sorted, type ForecastPlan, type Usual } from './plan.ts';
import { runsOf } from './runs.ts';
import type { Run } from './simulate.ts';
import { spread } from './spread.ts';

/** Rollouts that a change is measured by, and as many that have to show that it is enough. */
const runs = 50;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** The longest duration that a spec may have. */
const longest = 90 * day;

/** The smallest of larger and larger looks at a limit that takes few clean rollouts back; none if none does. */
export function largerSample(
  plan: ForecastPlan,
  usual: Usual,
  { metric, seed }: { metric: string; seed: number },
): Change[] {
  const found = plan.metrics.find(({ name }) => name === metric);
  if (found === undefined || isPooled(found) || judgesTest(found)) return [];
  const { minSample = 1 } = found;
  const changes = [2, 4, 8, 16, 32, 64, 128].map((times): Change => ({
    kind: 'sample',
    metric,
    minSample: times * minSample,
  }));
  const enough = changes.find((change) => {
    const clean = outcome(applied(plan, change), usual, seed);
    return !isHopeless(clean) && !raisesFalseAlarms(clean);
  });
  return enough === undefined ? [] : [enough];
}

/**
 * More patience with a lost signal where that is enough; else a longer bake, a wider canary and a wider margin, each with
 * the time that nine of ten clean rollouts need with it.
 */
export function moreEvidence(plan: ForecastPlan, usual: Usual, { seed }: { seed: number }): Change[] {
  const isEnough = (change: Change): boolean => !isHopeless(outcome(applied(plan, change), usual, seed));
  const hold = longest;
  const before = trial(applied(plan, { kind: 'patience', hold }), usual, seed);
  const patience: Change = { kind: 'patience', hold: holdOf(plan, before) };
  if (isEnough(patience)) return [patience];
  const step = worstStep(cleanOf(plan, before))?.at;
  if (step === undefined) return [];
  const room = { step, max: longest, hold };
  const weight = widerWeight(plan, step);
  const passBelow = widerMargin(plan);
  const roomy: LongerBake[] = [
    { kind: 'time', ...room },
    ...(weight === null ? [] : [{ kind: 'weight', weight, ...room } as const]),
    ...(passBelow === null ? [] : [{ kind: 'margin', passBelow, ...room } as const]),
  ];
  return roomy
    .flatMap((change) => fitted(plan, change, trial(applied(plan, change), usual, seed)))
    .filter(isEnough);
}

/** The clean rollouts that a change has to stand up to. */
function outcome(plan: ForecastPlan, usual: Usual, seed: number): CleanForecast {
  const { simulated: metrics } = sorted(plan, usual);
  return cleanOf(plan, runsOf({ plan, metrics, usual, harm: null, seed, series: -1 }, runs));
}

/** Without what is judged look by look: that takes too long in a bake without an end. */
function trial(plan: ForecastPlan, usual: Usual, seed: number): Run[] {
  const metrics = sorted(plan, usual).simulated.filter(isPooled);
  return runsOf({ plan, metrics, usual, harm: null, seed, series: -2 }, runs);
}

/** The change with no more time than it needs; none if it needs more than there is. */
function fitted(plan: ForecastPlan, change: LongerBake, runs: readonly Run[]): LongerBake[] {
  const here = runs.flatMap(({ steps }) => steps.filter(({ at }) => at === change.step));
  const needed = spread(
    here,
    ({ ended }) => ended === 'passed',
    ({ time, silent }) => time - silent,
  ).p90;
  if (needed === null || rounded(needed) > longest) return [];
  const written = plan.steps[change.step];
  const max = Math.max(rounded(needed), written?.kind === 'bake' ? written.bake.max : 0);
  return [{ ...change, max, hold: holdOf(plan, runs) }];
}

/** What nine of ten rollouts spend without a signal, or the plan's own where that is more. */
function holdOf({ onNoSignal }: ForecastPlan, runs: readonly Run[]): number {
  const silent = spread(
    runs,
    () => true,
    ({ steps }) => steps.reduce((sum, step) => sum + step.silent, 0),
  ).p90;
  return Math.max(onNoSignal.hold, Math.min(longest, rounded(silent ?? 0)));
}

/** Twice the weight at least, and less than the next step's. */
function widerWeight({ steps }: ForecastPlan, at: number): number | null {
  const weights = steps.map((step) => (step.kind === 'bake' ? step.weight : null));
  const weight = weights[at];
  if (weight === null || weight === undefined) return null;
  const next = Math.min(100, ...weights.slice(at + 1).filter((later) => later !== null));
  return [10, 25, 50].find((wider) => wider >= 2 * weight && wider < next) ?? null;
}

function widerMargin({ metrics }: ForecastPlan): number | null {
  const margins = metrics.flatMap(({ comparison }) => comparison?.passBelow ?? []);
  return [2, 3, 5].find((wider) => margins.length > 0 && wider > Math.max(...margins)) ?? null;
}

/** Up to a time that an author would write. */
function rounded(ms: number): number {
  const unit = ms > 2 * day ? day : ms > 2 * hour ? hour : ms > 10 * minute ? 5 * minute : minute;
  return Math.ceil(ms / unit) * unit;
}
