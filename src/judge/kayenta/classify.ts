import { effect, meanRatio } from './effect.ts';
import { exactShift } from './hodges-lehmann.ts';
import { AllTied, searchedShift, type Shift } from './mann-whitney.ts';
import { jittered, type Noise } from './noise.ts';
import type { MetricSettings } from './settings.ts';
import { ascending } from './statistics.ts';

/**
 * What is found of a metric: High and Low are harm, `NodataFailMetric` counts against the score, `Nodata` and `Error`
 * are not counted at all.
 */
export type Label = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric' | 'Error';

export interface Classification {
  classification: Label;
  /** It makes the whole score 0, unless it is a Pass. */
  critical: boolean;
  reason: string | null;
  /** The canary's mean over the baseline's; 1 where the arms were not compared, NaN where either is 0. */
  ratio: number;
  /** The effect by the metric's measure, where the arms were compared; NaN if it cannot be computed. */
  effect?: number;
  /** Where the arms were compared. */
  shift?: Shift;
}

/** How the two arms are compared. */
export interface Comparison {
  /** The part of the estimated shift that its bound must exceed. */
  tolerance: number;
  /** Of the bounds of the shift. */
  confidence: number;
  /** How the shift is found: exactly, or by Kayenta's search, with noise where both arms are constant. */
  search: 'exact' | { noise: Noise };
}

/** The tolerance and confidence of NetflixACAJudge-v1.0; those that its properties are given are never read. */
export const netflix = { tolerance: 0.25, confidence: 0.98 };

/** Finds whether a metric of the canary is higher or lower than the baseline's. The values have no NaN. */
export function classify(
  name: string,
  canary: readonly number[],
  baseline: readonly number[],
  settings: MetricSettings,
  how: Comparison,
): Classification {
  if (canary.length === 0 || baseline.length === 0) return withoutData(name, settings);
  if (areIdentical(canary, baseline)) {
    return passed('The Canary and Baseline data are identical');
  }
  // Of two arms of different length, all with one value.
  if (new Set([...canary, ...baseline]).size === 1) return passed(null);
  try {
    return compare(name, canary, baseline, settings, how);
  } catch (error) {
    if (!(error instanceof AllTied)) throw error;
    const reason = 'Metric Classification Failed';
    return { classification: 'Error', critical: false, reason, ratio: NaN };
  }
}

function withoutData(name: string, { nanStrategy, critical, mustHaveData }: MetricSettings): Classification {
  if (nanStrategy === 'replace') return passed(null);
  const reason = `Missing data for ${name}`;
  return mustHaveData && !critical
    ? { classification: 'NodataFailMetric', critical: false, reason, ratio: 1 }
    : { classification: 'Nodata', critical, reason, ratio: 1 };
}

function passed(reason: string | null): Classification {
  return { classification: 'Pass', critical: false, reason, ratio: 1 };
}

function areIdentical(canary: readonly number[], baseline: readonly number[]): boolean {
  if (canary.length !== baseline.length) return false;
  const sorted = baseline.toSorted(ascending);
  return canary.toSorted(ascending).every((value, index) => value === sorted[index]);
}

function compare(
  name: string,
  canary: readonly number[],
  baseline: readonly number[],
  settings: MetricSettings,
  { tolerance, confidence, search }: Comparison,
): Classification {
  const areConstant = new Set(canary).size === 1 && new Set(baseline).size === 1;
  const [x, y] =
    search !== 'exact' && areConstant
      ? [jittered(canary, search.noise), jittered(baseline, search.noise)]
      : [canary, baseline];
  const shift = search === 'exact' ? exactShift(x, y, confidence) : searchedShift(x, y, confidence);
  const size = effect(settings.measure, x, y);
  const { classification, critical } = weigh(shift, size, tolerance, settings);
  return {
    classification,
    critical,
    reason: reasonOf(name, classification, critical),
    ratio: meanRatio(x, y),
    effect: size,
    shift,
  };
}

/** An effect that cannot be computed counts as large enough. */
function weigh(
  { lower, estimate, upper }: Shift,
  size: number,
  tolerance: number,
  settings: MetricSettings,
): { classification: 'High' | 'Low' | 'Pass'; critical: boolean } {
  const bound = tolerance * Math.abs(estimate);
  const isUp = (least: number): boolean => Number.isNaN(size) || size >= least;
  const isDown = (most: number): boolean => Number.isNaN(size) || size <= most;
  if (settings.direction !== 'decrease' && lower > bound && isUp(settings.allowedIncrease)) {
    return { classification: 'High', critical: settings.critical && isUp(settings.criticalIncrease) };
  }
  if (settings.direction !== 'increase' && upper < -bound && isDown(settings.allowedDecrease)) {
    return { classification: 'Low', critical: settings.critical && isDown(settings.criticalDecrease) };
  }
  return { classification: 'Pass', critical: false };
}

function reasonOf(name: string, classification: Label, critical: boolean): string | null {
  if (classification === 'Pass') return null;
  return critical
    ? `The metric ${name} was classified as ${classification} (Critical)`
    : `${name} was classified as ${classification}`;
}
