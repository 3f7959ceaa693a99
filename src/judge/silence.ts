import { duration } from '../text/duration.ts';

/** An arm is silent after this many ticks in a row without a request … */
const silence = 3;

/** … in which so many would have been expected by those before. */
const expected = 10;

/** Requests of an arm, the ticks in which they were counted, and how many of the last ticks in a row had none. */
interface Arm {
  requests: number;
  ticks: number;
  quiet: number;
}

/**
 * Why an arm gives no signal although its source answers; null if it does not fall silent.
 *
 * @param arm for people: `the canary`
 * @param every milliseconds of a tick
 */
export function silent(arm: string, { requests, ticks, quiet }: Arm, every: number): string | null {
  if (quiet < silence) return null;
  if (requests > 0 && (requests * quiet) / (ticks - quiet) < expected) return null;
  return `${arm} had no requests for ${duration(quiet * every)}`;
}
