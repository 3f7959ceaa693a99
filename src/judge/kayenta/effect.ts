import { ranksOf } from './ranks.ts';
import { ascending, mean, summary } from './statistics.ts';

/** How much the canary differs from the baseline, in one number. */
export type EffectMeasure = 'meanRatio' | 'cles';

/** The effect by the measure that a metric asks for. */
export function effect(
  measure: EffectMeasure,
  canary: readonly number[],
  baseline: readonly number[],
): number {
  return measure === 'cles' ? cles(canary, baseline) : meanRatio(canary, baseline);
}

/** The canary's mean over the baseline's; NaN if either is 0. */
export function meanRatio(canary: readonly number[], baseline: readonly number[]): number {
  const [of, to] = [mean(canary), mean(baseline)];
  return of === 0 || to === 0 ? NaN : of / to;
}

/**
 * The common language effect size: the share of pairs in which the canary's value is the higher one, ties counted
 * half; 0.5 where there is no difference (Vargha and Delaney, J. Educ. Behav. Stat. 25, 2000).
 */
export function cles(canary: readonly number[], baseline: readonly number[]): number {
  const [n, m] = [canary.length, baseline.length];
  const { sum } = ranksOf(canary.toSorted(ascending), baseline.toSorted(ascending), 0);
  return (2 * sum - n * (n + 1)) / (2 * n * m);
}

/** Cohen's d: the distance of the means in pooled standard deviations. Kayenta has it, its judge does not use it. */
export function cohenD(canary: readonly number[], baseline: readonly number[]): number {
  const [a, b] = [summary(canary), summary(baseline)];
  const pooled = ((a.count - 1) * a.std ** 2 + (b.count - 1) * b.std ** 2) / (a.count + b.count - 2);
  return Math.abs(a.mean - b.mean) / Math.sqrt(pooled);
}
