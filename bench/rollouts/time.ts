/** Seconds of what is simulated that pass in one of the clock's: a scrape each second stands for one each 15 s. */
export const compression = 15;

/** Requests a second of what is simulated, of stable and canary together. */
export const rps = 100;

/** Milliseconds of what is simulated between two scrapes, and of a tick. */
export const every = 15_000;

/** Minutes of what is simulated in so many milliseconds of the clock. */
export function minutesOf(ms: number, pace = compression): number {
  return (ms * pace) / 60_000;
}
