import type { Stall } from './seen.ts';

/** The smallest value that at least this share of all values does not exceed; NaN of none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  // What 0.9 × 10 is in binary must not make a rank more.
  return sorted[Math.max(1, Math.ceil(share * sorted.length - 1e-9)) - 1] ?? NaN;
}

/**
 * How long users waited who came at a constant rate, of a target that answers at once but for its stall: who comes
 * during it waits until it is over.
 *
 * @returns milliseconds, one for each user
 */
export function waitsUnder(stall: Stall, rate: number, seconds: number): number[] {
  const over = stall.after + stall.lasts;
  return Array.from({ length: rate * seconds }, (_, user) => {
    const came = (user * 1000) / rate;
    return came < stall.after ? 0 : Math.max(0, over - came);
  });
}
