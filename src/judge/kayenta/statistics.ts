/** What one arm of a metric looks like. Zeros where there are no points. */
export interface Summary {
  min: number;
  max: number;
  mean: number;
  /** The standard deviation of the sample; 0 for one point. */
  std: number;
  count: number;
}

/** The arithmetic mean, its rounding error taken out by a second pass, as Commons Math does. NaN without values. */
export function mean(values: readonly number[]): number {
  const first = sum(values) / values.length;
  return first + sum(values.map((value) => value - first)) / values.length;
}

/** The mean square distance from the mean, over `count - 1` (`sample`) or `count` (`population`). */
export function variance(values: readonly number[], of: 'sample' | 'population' = 'sample'): number {
  if (values.length === 1) return 0;
  const middle = mean(values);
  const distances = values.map((value) => value - middle);
  const squares = sum(distances.map((distance) => distance * distance));
  const correction = sum(distances) ** 2 / values.length;
  return (squares - correction) / (of === 'sample' ? values.length - 1 : values.length);
}

export function summary(values: readonly number[]): Summary {
  if (values.length === 0) return { min: 0, max: 0, mean: 0, std: 0, count: 0 };
  return {
    min: smallest(values),
    max: largest(values),
    mean: mean(values),
    std: Math.sqrt(variance(values)),
    count: values.length,
  };
}

/**
 * The value below which `percent` per cent of the values lie, interpolated between neighbours as R's type 7 does.
 * NaN without values.
 *
 * @param percent above 0, at most 100
 */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted(ascending);
  const rank = 1 + (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank) - 1] ?? NaN;
  const above = sorted[Math.floor(rank)] ?? below;
  return below + (rank - Math.floor(rank)) * (above - below);
}

export function ascending(a: number, b: number): number {
  return a - b;
}

/** Not `Math.min(...values)`, which a long series overflows. */
function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
