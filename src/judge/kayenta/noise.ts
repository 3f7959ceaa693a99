import { polarNormal } from '../polar-normal.ts';

/** Draws one number from the standard normal distribution. */
export type Noise = () => number;

const multiplier = 0x5_dee_ce6_6dn;
const mask = (1n << 48n) - 1n;

/**
 * Standard normal noise as Java's `java.util.Random` draws it, number for number: its generator of 48 bits and
 * Marsaglia's polar method. Kayenta adds such noise where both arms are constant, so that with one seed both draw the
 * same. Not for secrets.
 *
 * @param seed a whole number
 */
export function javaNoise(seed: number): Noise {
  let state = (BigInt(seed) ^ multiplier) & mask;

  function bits(count: bigint): number {
    state = (state * multiplier + 0xbn) & mask;
    return Number(state >> (48n - count));
  }
  const uniform = (): number => (bits(26n) * 2 ** 27 + bits(27n)) / 2 ** 53;

  return polarNormal(uniform);
}

/** The values of a constant arm with noise of a hundred-thousandth of their size. */
export function jittered(values: readonly number[], noise: Noise): number[] {
  const deviation = (values[0] ?? 0) * 1e-5;
  return values.map((value) => noise() * deviation + value);
}
