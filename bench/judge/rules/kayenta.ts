import { classify, netflix } from '../../../src/judge/kayenta/classify.ts';
import { meanRatio } from '../../../src/judge/kayenta/effect.ts';
import { wilcoxonDifference } from '../../../src/judge/kayenta/mann-whitney.ts';
import { javaNoise } from '../../../src/judge/kayenta/noise.ts';
import { normalQuantile } from '../../../src/judge/kayenta/normal-quantile.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';
import { placeOf } from '../../place-of.ts';
import { ticksPerMinute, type Observed, type Signal } from '../observed.ts';
import { pointsOf } from './minutes.ts';
import { afterBake, bakeMinutes, type Rule, type Verdict } from './rule.ts';

/** When Kayenta looks and what it compares with. Durations in minutes. */
interface Looks {
  first: number;
  /** From look to look, until the run's end. */
  interval: number;
  last: number;
  /** How far a look goes back; all of it has grown since the start where that is less. */
  lookback: number;
  against: 'baseline' | 'stable';
}

const settings = readSettings({ canary: { direction: 'increase' } });
const lowerQuantile = normalQuantile((1 + netflix.confidence) / 2);
/** Just above the tolerance of Kayenta's search for roots. */
const tolerance = 1.01e-4;

/** Sorted samples of the canary and of what it is compared with; neither has NaN. */
export function isHigh(canary: readonly number[], other: readonly number[]): boolean {
  if (cannotBeHigh(canary, other)) return false;
  const how = { ...netflix, search: { noise: javaNoise(1) } };
  return classify('signal', canary, other, settings, how).classification === 'High';
}

/**
 * Saves the search for the shift's bounds where it cannot change the answer. High asks for a mean that is not lower,
 * and for a lower bound above 0. The search ends within its tolerance of a root of a falling function; where that
 * function is not above 0 at minus the tolerance, what the search finds is below 0. Only a search that ends at the
 * edge of the data at once, because that lies above 0, does not.
 */
function cannotBeHigh(canary: readonly number[], other: readonly number[]): boolean {
  const edge = (canary[0] ?? NaN) - (other.at(-1) ?? NaN);
  // Neither holds for an arm without data, or with one value.
  if (!(edge < -tolerance) || canary[0] === canary.at(-1)) return false;
  return (
    meanRatio(canary, other) < settings.allowedIncrease ||
    wilcoxonDifference(canary, other, -tolerance, lowerQuantile) <= 0
  );
}

function judgeLooks(
  run: Observed,
  signal: Signal,
  { first, interval, last, lookback, against }: Looks,
): Verdict {
  const [canary, other] = [pointsOf(run.canary, signal), pointsOf(run[against], signal)];
  const [x, y]: [number[], number[]] = [[], []];
  let seen = 0;
  const end = Math.min(last, canary.length);
  for (let look = first; look <= end; look += interval) {
    for (; seen < look; seen += 1) {
      insert(x, canary[seen]);
      insert(y, other[seen]);
      remove(x, canary[seen - lookback]);
      remove(y, other[seen - lookback]);
    }
    if (isHigh(x, y)) return afterBake(run, look * ticksPerMinute, Math.min(last, bakeMinutes));
  }
  return afterBake(run, null, Math.min(last, bakeMinutes));
}

function insert(sorted: number[], value = NaN): void {
  if (!Number.isNaN(value)) sorted.splice(placeOf(sorted, value), 0, value);
}

function remove(sorted: number[], value = NaN): void {
  if (!Number.isNaN(value)) sorted.splice(placeOf(sorted, value), 1);
}

/**
 * Kayenta's own judge (`src/domain/judge/kayenta`, held to the last digit by vectors) on one point a minute, asked for
 * increases. The rollout is taken back at the first High and passes at its last look, after an hour at most.
 */
function kayenta(name: string, title: string, looks: Looks): Rule {
  return {
    name,
    title,
    signals: ['errors', 'latency', 'gauge'],
    judge: (run, signal) => judgeLooks(run, signal, looks),
  };
}

const growing: Looks = { first: 5, interval: 5, last: Infinity, lookback: Infinity, against: 'baseline' };
const sliding: Looks = { ...growing, lookback: 30 };

export const kayentaOnce = kayenta('kayenta-once', 'Kayenta, one look after 30 min', {
  ...growing,
  first: 30,
  last: 30,
});
export const kayentaGrowing = kayenta('kayenta-growing', 'Kayenta, each 5 min, growing', growing);
export const kayentaSliding = kayenta('kayenta-sliding', 'Kayenta, each 5 min, last 30 min', sliding);
export const kayentaGrowingStable = kayenta(
  'kayenta-growing-stable',
  'Kayenta, each 5 min, growing, against all of stable',
  { ...growing, against: 'stable' },
);
export const kayentaSlidingStable = kayenta(
  'kayenta-sliding-stable',
  'Kayenta, each 5 min, last 30 min, against all of stable',
  { ...sliding, against: 'stable' },
);
