import { labelsText, type Series } from './series.ts';

/** The upper bound of a bucket in milliseconds, without what multiplying leaves at the end. */
export function boundOf(le: string, scale: number): number {
  return Number((numberOf(le) * scale).toPrecision(12));
}

function numberOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

/**
 * Bounds of buckets as their numbers say them: clients and versions of Prometheus write `1`, `1.0` and `1e0`. Series that
 * differ in nothing else are one.
 */
export function withBounds(series: readonly Series[]): Series[] {
  const buckets = new Map<string, Series>();
  return series.flatMap((one) => {
    const { le } = one.labels;
    if (le === undefined) return [one];
    const bucket = { ...one, labels: { ...one.labels, le: boundText(le) } };
    const text = labelsText(bucket.labels);
    const same = buckets.get(text);
    if (same === undefined) {
      buckets.set(text, bucket);
      return [bucket];
    }
    same.samples = [...same.samples, ...bucket.samples].sort((a, b) => a.at - b.at);
    return [];
  });
}

function boundText(le: string): string {
  const bound = numberOf(le);
  return Number.isFinite(bound) ? String(bound) : le;
}
