/** Whether what was scraped tells of the whole of a window. */
import { duration } from '../../../src/text/duration.ts';
import type { Window } from '../../../src/judge/samples.ts';
import { labelsText, type Series } from './series.ts';
import { lastIn, targetOf, type Scrapes } from './targets.ts';
import { Unreadable } from './unreadable.ts';

/** One track's share of its targets may be down, and the others are still read. */
const mostDown = 0.1;

/**
 * Milliseconds between two scrapes, as the median shows it: of the targets, or of the series where nobody says `up`.
 *
 * @throws {Unreadable} where nothing was scraped twice
 */
export function intervalOf(series: readonly Series[], { up }: Scrapes): number {
  const gaps = new Map<number, number>();
  let all = 0;
  for (const { samples } of up.length > 0 ? up : series) {
    for (let at = 1; at < samples.length; at++) {
      const gap = (samples[at]?.at ?? 0) - (samples[at - 1]?.at ?? 0);
      gaps.set(gap, (gaps.get(gap) ?? 0) + 1);
      all++;
    }
  }
  let left = Math.floor(all / 2);
  for (const [gap, times] of [...gaps].sort(([a], [b]) => a - b)) {
    if (left < times) return gap;
    left -= times;
  }
  throw new Unreadable('nothing was scraped twice yet');
}

/**
 * Makes sure that what was scraped tells of the whole window.
 *
 * @param what the track, for people: `the canary`
 * @throws {Unreadable} if the newest scrape is older than two intervals at the window's end, or more than a tenth of the
 *   targets are down
 */
export function checkFresh(
  series: readonly Series[],
  scrapes: Scrapes,
  { to }: Window,
  interval: number,
  what: string,
): void {
  const up = upOf(series, scrapes);
  const newest = newestScrape(series, up, to);
  if (newest < to - 2 * interval) {
    throw new Unreadable(
      `the last scrape of ${what} was at ${clock(newest)}, and one is due each ${duration(interval)}`,
    );
  }
  const due = up.filter(({ samples }) => (lastIn(samples, to)?.at ?? 0) >= to - 2 * interval);
  const down = due.filter(({ samples }) => lastIn(samples, to)?.value === 0);
  const [first] = down;
  if (first !== undefined && down.length > mostDown * due.length) {
    throw new Unreadable(
      `${String(down.length)} of ${String(due.length)} targets of ${what} cannot be scraped: ${labelsText(first.labels)} is 0`,
    );
  }
}

/**
 * Where the server began to scrape after the beginning of a window, it was started anew without its data, or has only
 * just begun: why the window cannot be read. Null where it knew of the targets before.
 *
 * @param since when it scraped their jobs first, of what was asked for (ms since 1970); Infinity: never
 */
export function beganLater(since: number, { from }: Window): string | null {
  if (since <= from || since === Infinity) return null;
  return `nothing was scraped before ${clock(since)}: counting begins there`;
}

/**
 * Where nobody scraped a track's targets as a window began, what they did before it would count in it: for that track
 * more than for one that has only just begun. Why the window cannot be read, or null where the newest scrape before it was
 * no older than two intervals, or there was none.
 *
 * @param what the track, for people: `the canary`
 */
export function beganUnseen(
  series: readonly Series[],
  scrapes: Scrapes,
  { from }: Window,
  interval: number,
  what: string,
): string | null {
  const before = newestScrape(series, upOf(series, scrapes), from);
  if (before === 0 || before >= from - 2 * interval) return null;
  return `when counting was to begin, at ${clock(from)}, the last scrape of ${what} was that of ${clock(before)}: it begins later`;
}

/** When a track's targets were scraped last, up to a time, in ms since 1970; 0 where they were not. */
function newestScrape(series: readonly Series[], up: readonly Series[], to: number): number {
  // Where nobody says `up`, the samples themselves tell.
  const pulses = up.length > 0 ? up : series;
  return pulses.reduce((so, { samples }) => Math.max(so, lastIn(samples, to)?.at ?? 0), 0);
}

/** What is said of the targets of series. */
function upOf(series: readonly Series[], { up }: Scrapes): Series[] {
  const targets = new Set(series.map(({ labels }) => targetOf(labels)));
  return up.filter(({ labels }) => targets.has(targetOf(labels)));
}

/** When one of these was scraped first (ms since 1970); Infinity where none was. */
export function earliestOf(up: readonly Series[]): number {
  return up.reduce((so, { samples }) => Math.min(so, samples[0]?.at ?? Infinity), Infinity);
}

/** `22:10:05` */
export function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} (UTC)`;
}
