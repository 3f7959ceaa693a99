import type { Random } from '../../src/domain/random.ts';
import { bounds, errorRate, failures, fastOf, gauges } from './instruments.ts';
import type { Quality } from './releases.ts';

/** One copy of a service: a process that counts the requests that it would have had, and is scraped. */
export class Track {
  readonly version: string;
  requests = 0;
  readonly #random: Random;
  readonly #errorRate: number;
  /** The shares of its requests that fall into each bucket, from the fastest on. */
  readonly #within: number[];
  readonly #isLarge: boolean;
  readonly #started = Date.now();
  #errors = 0;
  readonly #buckets: number[] = bounds.map(() => 0);
  readonly #queries: number[] = bounds.map(() => 0);
  readonly #failures = new Map(Object.keys(failures).map((name) => [name, 0]));

  /** @param isLarge it has ten metrics, else two */
  constructor(version: string, quality: Quality, random: Random, isLarge: boolean) {
    const fast = fastOf(quality);
    this.version = version;
    this.#random = random;
    this.#errorRate = errorRate * quality.errors;
    this.#within = fast.map((share, at) => share - (fast[at - 1] ?? 0));
    this.#isLarge = isLarge;
  }

  /** Requests come, independently of each other. */
  serve(mean: number): void {
    const requests = this.#random.poisson(mean);
    this.requests += requests;
    this.#errors += this.#random.binomial(requests, this.#errorRate);
    this.#take(this.#buckets, requests);
    if (!this.#isLarge) return;
    this.#take(this.#queries, requests);
    for (const [name, share] of Object.entries(failures)) {
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + this.#random.binomial(requests, share));
    }
  }

  #take(buckets: number[], requests: number): void {
    let [left, share] = [requests, 1];
    for (const [at, within] of this.#within.entries()) {
      const here = this.#random.binomial(left, Math.min(1, within / share));
      buckets[at] = (buckets[at] ?? 0) + here;
      left -= here;
      share -= within;
    }
  }

  /** What a scrape gets. A code that was never answered has no series. */
  page(): string {
    return [
      `http_requests_total{code="200"} ${this.requests - this.#errors}`,
      ...(this.#errors === 0 ? [] : [`http_requests_total{code="500"} ${this.#errors}`]),
      ...this.#histogram('http_request_duration_seconds', this.#buckets),
      `process_start_time_seconds ${this.#started / 1000}`,
      ...(this.#isLarge ? this.#more() : []),
      '',
    ].join('\n');
  }

  #more(): string[] {
    return [
      ...this.#histogram('query_duration_seconds', this.#queries),
      ...[...this.#failures].map(([name, count]) => `failures_total{class="${name}"} ${count}`),
      ...Object.entries(gauges).map(([name, { mean, sd }]) => `${name} ${mean + sd * this.#random.normal()}`),
    ];
  }

  #histogram(name: string, buckets: readonly number[]): string[] {
    let sum = 0;
    const lines = buckets.map((count, at) => `${name}_bucket{le="${bounds[at] ?? ''}"} ${(sum += count)}`);
    return [...lines, `${name}_bucket{le="+Inf"} ${this.requests}`];
  }
}
