import { count, number } from '../../text/number.ts';
import { netflix, type Classification } from './classify.ts';
import type { KayentaMetric } from './config.ts';
import type { Refusal, Trap } from './errors.ts';
import type { Shift } from './mann-whitney.ts';
import { metricName, type Pair } from './pairs.ts';
import { removeNaN } from './prepare.ts';
import type { MetricSettings } from './settings.ts';
import { mean } from './statistics.ts';

/**
 * The fewest points in an arm that are compared. With five against five, two arms that do not differ lie wholly apart,
 * on one side, in one of 252 cases, which is below the 1% that a confidence of 98% means; with four, in one of 70.
 */
export const fewestPoints = 5;

type Arms = Readonly<Record<'canary' | 'baseline', readonly number[]>>;

/**
 * What the strict judge refuses of one metric's data.
 *
 * @param prepared the arms as they are compared
 */
export function refusedData({ settings }: KayentaMetric, pair: Pair, prepared: Arms): Refusal[] {
  const about = refusing(pair);
  const infinite = arms.filter((arm) => !removeNaN(pair[arm]).every(Number.isFinite));
  if (infinite.length > 0) {
    return infinite.map((arm) =>
      about('not-finite', `the ${arm} has an infinite value. Leave that point out.`),
    );
  }
  const empty = arms.filter((arm) => removeNaN(pair[arm]).length === 0);
  return [
    ...refusedEmpty(settings, pair, empty).map((sentence) => about('no-data-passes', sentence)),
    ...arms.flatMap((arm) => {
      const values = prepared[arm];
      return [
        ...(isComparable(prepared) && values.length < fewestPoints
          ? [about('too-few-points', tooFewPoints(arm, values.length))]
          : []),
        ...(settings.measure === 'meanRatio' && mean(values) < 0
          ? [about('negative-values', negative(arm))]
          : []),
      ];
    }),
  ];
}

const arms = ['canary', 'baseline'] as const;

function isComparable({ canary, baseline }: Arms): boolean {
  return canary.length > 0 && baseline.length > 0;
}

/** @param empty the arms that have no value */
function refusedEmpty(
  { nanStrategy, mustHaveData, critical, muted }: MetricSettings,
  pair: Pair,
  empty: readonly (typeof arms)[number][],
): string[] {
  if (nanStrategy === 'remove') {
    const [arm] = empty;
    if (arm === undefined || empty.length > 1 || mustHaveData || critical || muted) return [];
    return [
      `the ${arm} has no data and the other arm has, which Kayenta leaves out, so that the rest decides. Set nanStrategy replace where an empty point means 0, or mustHaveData so that it counts against the canary.`,
    ];
  }
  return empty
    .filter((arm) => mustHaveData || pair[arm].length === 0)
    .map((arm) =>
      pair[arm].length === 0
        ? `the ${arm} has no points, so that nanStrategy replace has nothing to replace, and Kayenta passes it, critical and mustHaveData or not. Give null for each empty point, or start, end and step of the series.`
        : `none of the ${count(pair[arm].length, 'point')} of the ${arm} has a value, which nanStrategy replace makes 0, and mustHaveData forbids. Take out mustHaveData if an empty point means 0.`,
    );
}

/** A mean so many times the other arm's is seldom chance where points vary little. */
const noticeable = 1.5;

/**
 * Where the test passes a metric whose mean says harm: a few extreme points move the mean, and not the shift, which is
 * where most points lie; least of all where most of them are 0.
 */
export function refusedPass(
  { settings }: KayentaMetric,
  pair: Pair,
  { canary, baseline }: Arms,
  { shift }: Pick<Classification, 'shift'>,
): Refusal[] {
  if (settings.muted || shift === undefined) return [];
  const [of, to] = [mean(canary), mean(baseline)];
  if (!hidesHarm(of, to, shift, settings)) return [];
  const bounds = `${number(shift.lower)} to ${number(shift.upper)}`;
  return [
    refusing(pair)(
      'few-extreme-points',
      `the canary's mean is ${number(of)} against ${number(to)}, by points too few to show it: the test asks where most points lie, finds a shift of ${bounds}, and passes it. Give more points. In a rollout, you can leave the metric out of the configuration, so that what it counts is compared.`,
    ),
  ];
}

function hidesHarm(
  of: number,
  to: number,
  { lower, estimate, upper }: Shift,
  settings: MetricSettings,
): boolean {
  if (of < 0 || to < 0) return false;
  const { direction, measure, allowedIncrease, allowedDecrease } = settings;
  const [least, most] = measure === 'meanRatio' ? [allowedIncrease, allowedDecrease] : [1, 1];
  const shown = netflix.tolerance * Math.abs(estimate);
  const isHigh = of > to && of >= Math.max(noticeable, least) * to;
  const isLow = of < to && of <= Math.min(1 / noticeable, most) * to;
  return (
    (direction !== 'decrease' && isHigh && lower <= shown) ||
    (direction !== 'increase' && isLow && upper >= -shown)
  );
}

function tooFewPoints(arm: string, found: number): string {
  return `the ${arm} has ${count(found, 'point')}, expected at least ${fewestPoints}: with fewer, chance alone looks like harm, and one against one is an Error that passes. Wait for more.`;
}

function negative(arm: string): string {
  return `the ${arm}'s mean is negative, where a ratio of means says the opposite of what happened. Use effectSize.measure cles.`;
}

/** Refuses the data of a metric. */
function refusing(pair: Pair): (trap: Trap, what: string) => Refusal {
  return (trap, what) => ({ trap, sentence: `metric ${metricName(pair)}: ${what}`, metric: pair.name });
}
