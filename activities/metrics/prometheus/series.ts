import type { Window } from '../../../src/judge/samples.ts';
import { Unreadable } from './unreadable.ts';

/** Raw samples of one series, as they were scraped. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  /** In rising order of time. */
  samples: readonly Sample[];
}

export interface Sample {
  /** ms since 1970, by the clock of the server. */
  at: number;
  value: number;
}

/** What is known of the process behind a series. */
export interface Origin {
  /** At the second of two times it was another process than at the first; false where nobody says. */
  isAnother: (one: number, other: number) => boolean;
  /** Before its first sample the series stood at 0, rather than somewhere unknown. */
  beganAtZero: (first: Sample) => boolean;
}

/**
 * What counters have grown by in a window, to the integer: the differences of what was scraped, none of it extrapolated
 * (as `increase()` does: Prometheus's documentation, "Query functions"). A process that was started anew counts from 0.
 * A series that has no sample before the window counts from its first one, unless it is known to have begun at 0.
 *
 * What happened between the last scrape before the window and its beginning counts in the window; so windows that follow
 * each other lose nothing and count nothing twice.
 *
 * What is no count tells nothing, and is passed over: the next one that is has all that the counter has grown by.
 *
 * @throws {Unreadable} if the newest sample is no count
 */
export function increaseOf({ labels, samples }: Series, { from, to }: Window, origin: Origin): number {
  const known = samples.filter(({ at }) => at <= to);
  const last = known.at(-1);
  if (last !== undefined && !isCount(last)) {
    throw new Unreadable(`a counter is ${String(last.value)}: ${labelsText(labels)}`);
  }
  let before: Sample | undefined;
  let sum = 0;
  for (const sample of known.filter(isCount)) {
    if (sample.at > from) sum += growth(before, sample, origin);
    before = sample;
  }
  return sum;
}

function isCount({ value }: Sample): boolean {
  return value >= 0 && Number.isFinite(value);
}

function growth(before: Sample | undefined, after: Sample, origin: Origin): number {
  if (before === undefined) return origin.beganAtZero(after) ? after.value : 0;
  const isAnew = after.value < before.value || origin.isAnother(before.at, after.at);
  return isAnew ? after.value : after.value - before.value;
}

/** `{job="shop",instance="10.0.0.7:9090"}` */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...others } = labels;
  const inside = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${inside.join(',')}}`;
}
