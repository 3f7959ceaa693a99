import { mean, percentile, variance } from './statistics.ts';

/** Which of the values are outliers, in their order. */
export type Detect = (values: readonly number[]) => boolean[];

/**
 * Tukey's fences: outside of the quartiles by more than `factor` times the distance between them. The judge's are
 * `widened`: never inside of the first and the 99th percentile.
 *
 * @param factor above 0
 */
export function outsideFences(factor: number, widened: boolean): Detect {
  return (values) => {
    const [q1, q3] = [percentile(values, 25), percentile(values, 75)];
    const reach = factor * (q3 - q1);
    const low = widened ? Math.min(percentile(values, 1), q1 - reach) : q1 - reach;
    const high = widened ? Math.max(percentile(values, 99), q3 + reach) : q3 + reach;
    return values.map((value) => value > high || value < low);
  };
}

/** More than `k` standard deviations from the mean. Kayenta has it, its judge does not use it. */
export function beyondSigmas(k: number): Detect {
  return (values) => {
    const middle = mean(values);
    const reach = k * Math.sqrt(variance(values, 'population'));
    return values.map((value) => Math.abs(value - middle) > reach);
  };
}

/** The values without the outliers. */
export function withoutOutliers(values: readonly number[], detect: Detect): number[] {
  const outliers = detect(values);
  return values.filter((_, index) => outliers[index] === false);
}
