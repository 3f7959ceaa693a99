import { KayentaThrows } from './errors.ts';
import { outsideFences, withoutOutliers } from './outliers.ts';
import type { MetricSettings } from './settings.ts';

/**
 * The values of one arm as they are compared: without NaN, or with 0 in its place, and then, if asked, without the
 * outliers of that arm.
 *
 * @throws {KayentaThrows} for an outlier factor that is not above 0
 */
export function prepare(
  values: readonly number[],
  {
    nanStrategy,
    outliers,
    outlierFactor,
  }: Pick<MetricSettings, 'nanStrategy' | 'outliers' | 'outlierFactor'>,
): number[] {
  const numbers = nanStrategy === 'replace' ? replaceNaN(values, 0) : removeNaN(values);
  if (outliers === 'keep') return numbers;
  if (!(outlierFactor > 0)) {
    throw new KayentaThrows(
      `outliers.outlierFactor: found ${outlierFactor}, where Kayenta's judge wants more than 0 and throws`,
    );
  }
  return withoutOutliers(numbers, outsideFences(outlierFactor, true));
}

export function removeNaN(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value));
}

export function replaceNaN(values: readonly number[], by: number): number[] {
  return values.map((value) => (Number.isNaN(value) ? by : value));
}
