import type { Run } from './simulate.ts';

/** What half and nine tenths of all rollouts stay within; null: so many never get there. */
export interface Spread {
  median: number | null;
  p90: number | null;
}

/** Shares of rollouts by their end, of one. */
export interface Ends {
  promoted: number;
  takenBack: number;
  /** They wait for a person. */
  held: number;
}

/** Of all runs, those that do not get there being later than any. */
export function spread<T>(
  runs: readonly T[],
  gotThere: (run: T) => boolean,
  size: (run: T) => number,
): Spread {
  const sizes = runs
    .filter(gotThere)
    .map(size)
    .sort((a, b) => a - b);
  const quantile = (part: number): number | null => sizes[Math.ceil(part * runs.length) - 1] ?? null;
  return { median: quantile(0.5), p90: quantile(0.9) };
}

export function share<T>(all: readonly T[], is: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(is).length / all.length;
}

export function endsOf(runs: readonly Run[]): Ends {
  return {
    promoted: share(runs, ({ end }) => end === 'promoted'),
    takenBack: share(runs, ({ end }) => end === 'taken-back'),
    held: share(runs, ({ end }) => end === 'held'),
  };
}
