import type { Noise } from '../sequential/noise.ts';

/**
 * Copies whose rates stray by so much (standard deviation of the logarithm), for so many minutes at least, look worse than stable
 * now and then although nothing is wrong: what a day of the past or a spec says of such a wander is not exact enough for a
 * comparison that allows for no difference (docs/judging.md, Measured).
 */
const far = 0.25;
const long = 3;

/** The least `failAbove` for which `alpha` holds where copies stray far. */
export const leastFailAbove = 1.25;

/** Whether `failAbove` must leave room for what copies differ by. */
export function straysFar({ wander: { sd, minutes } }: Noise): boolean {
  return sd >= far && minutes >= long;
}
