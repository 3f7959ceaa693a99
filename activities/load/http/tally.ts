import type { LoadReport, Window } from '../../../src/judge/samples.ts';
import { Histogram } from './histogram.ts';

/** Why a request got no whole answer; `oversized`: it was more than an answer to a load may be. */
export type Unanswered = 'timeout' | 'connection' | 'oversized';

/** How one request ended: an answer, or why there was none. */
export type RequestEnd = { status: number; milliseconds: number } | { unanswered: Unanswered };

/** Counts how requests ended, on top of what an earlier attempt had counted. */
export class Tally {
  readonly #histogram: Histogram;
  readonly #classes: Record<string, number>;
  readonly #timeout: number;
  readonly #rate: number;
  #requests: number;
  #errors: number;

  /**
   * @param rate requests that are due in a second
   * @param timeout milliseconds after which a request is given up
   */
  constructor(soFar: LoadReport | null, rate: number, timeout: number) {
    this.#histogram = new Histogram(soFar?.latency);
    this.#classes = { ...soFar?.classes };
    this.#requests = soFar?.requests ?? 0;
    this.#errors = soFar?.errors ?? 0;
    this.#timeout = timeout;
    this.#rate = rate;
  }

  add(end: RequestEnd): void {
    this.#requests += 1;
    const error = errorClass(end);
    if (error !== null) {
      this.#errors += 1;
      this.#classes[error] = (this.#classes[error] ?? 0) + 1;
    }
    if ('status' in end) this.#histogram.add(end.milliseconds);
    else if (end.unanswered === 'timeout') this.#histogram.add(this.#timeout);
  }

  report(window: Window): LoadReport {
    return {
      window,
      requests: this.#requests,
      missed: Math.max(0, Math.floor((this.#rate * (window.to - window.from)) / 1000) - this.#requests),
      errors: this.#errors,
      latency: this.#histogram.latency(),
      classes: { ...this.#classes },
    };
  }
}

function errorClass(end: RequestEnd): string | null {
  if ('unanswered' in end) return end.unanswered;
  const hundred = Math.floor(end.status / 100);
  return hundred === 2 || hundred === 3 ? null : `${String(hundred)}xx`;
}
