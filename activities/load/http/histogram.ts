import { bucketEnd, bucketOf } from '../../../src/domain/latency-buckets.ts';
import type { Latency } from '../../../src/judge/samples.ts';

/** Counts how long requests took, in buckets whose counts can be added to those of an earlier run. */
export class Histogram {
  readonly #counts: Map<number, number>;
  #max: number;

  constructor(soFar: Pick<Latency, 'max' | 'counts'> | undefined) {
    this.#counts = new Map(Object.entries(soFar?.counts ?? {}).map(([bucket, n]) => [Number(bucket), n]));
    this.#max = soFar?.max ?? 0;
  }

  add(milliseconds: number): void {
    const bucket = bucketOf(milliseconds);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#max = Math.max(this.#max, milliseconds);
  }

  latency(): Required<Latency> {
    const rows = [...this.#counts].sort(([one], [other]) => one - other);
    return {
      n: rows.reduce((sum, [, n]) => sum + n, 0),
      p50: this.#percentile(rows, 0.5),
      p90: this.#percentile(rows, 0.9),
      p99: this.#percentile(rows, 0.99),
      max: this.#max,
      counts: Object.fromEntries(rows),
    };
  }

  /** The end of the bucket that holds the request at this rank, so never too low; 0 without any request. */
  #percentile(rows: [bucket: number, n: number][], share: number): number {
    let left = share * rows.reduce((sum, [, n]) => sum + n, 0);
    for (const [bucket, n] of rows) {
      left -= n;
      if (left <= 0) return rounded(Math.min(bucketEnd(bucket), this.#max));
    }
    return 0;
  }
}

function rounded(milliseconds: number): number {
  return Math.ceil(milliseconds * 1000) / 1000;
}
