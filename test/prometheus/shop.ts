import { startContractTarget, type ContractTarget } from '../support/contract-target.ts';
import { Copy } from './copies.ts';
import type { Target } from './server.ts';

/** Requests in each beat of so many ms. */
const requests = 30;
const beat = 100;

/** Of the requests to stable, and to a version that is as good. */
const usual = 0.1;

/**
 * A service whose users never tire: one copy of each track answers them, as many as the split in force says, and is
 * scraped. Chance has no part in it, so that nothing but what is measured decides.
 */
export class Shop {
  readonly service: string;
  readonly target: ContractTarget;
  readonly canary: Copy;
  readonly stable: Copy;
  /** The share of the requests that the canary gets, by its weight: of one. */
  share = (weight: number): number => weight / 100;
  readonly #errors: number;
  readonly #owed = { canary: 0, canaryErrors: 0, stableErrors: 0 };
  readonly #timer: NodeJS.Timeout;

  private constructor(
    service: string,
    parts: { target: ContractTarget; canary: Copy; stable: Copy },
    errors: number,
  ) {
    this.service = service;
    this.target = parts.target;
    this.canary = parts.canary;
    this.stable = parts.stable;
    this.#errors = errors;
    this.#timer = setInterval(() => this.#serve(), beat);
  }

  /**
   * @param worse so many times the usual errors in the canary
   * @param labels of each track's target, beside its track
   */
  static async open(
    service: string,
    worse: number,
    labels: { canary?: Record<string, string>; stable?: Record<string, string> } = {},
  ): Promise<Shop> {
    const target = await startContractTarget('v1');
    const canary = await Copy.start('canary', { service, ...labels.canary });
    const stable = await Copy.start('stable', { service, ...labels.stable });
    return new Shop(service, { target, canary, stable }, worse * usual);
  }

  get targets(): Target[] {
    return [this.canary.target, this.stable.target];
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.canary.end();
    this.stable.end();
    await this.target.close();
  }

  #serve(): void {
    const some = this.#whole('canary', requests * this.share(this.target.split().weight));
    answer(this.canary, some, this.#whole('canaryErrors', some * this.#errors));
    const others = requests - some;
    answer(this.stable, others, this.#whole('stableErrors', others * usual));
  }

  /** What is due by now, in whole requests; the rest is owed. */
  #whole(of: 'canary' | 'canaryErrors' | 'stableErrors', due: number): number {
    const all = this.#owed[of] + due;
    const whole = Math.floor(all);
    this.#owed[of] = all - whole;
    return whole;
  }
}

function answer(copy: Copy, all: number, errors: number): void {
  if (all > errors) copy.serve(all - errors, '200');
  if (errors > 0) copy.serve(errors, '500');
}
