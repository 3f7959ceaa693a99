import type { Window } from '../../../src/domain/samples.ts';
import { labelsText, type Origin, type Sample, type Series } from './series.ts';
import { Unreadable } from './unreadable.ts';

/** What was scraped of the targets of a metric: `up`, and when their processes started where they say so. */
export interface Scrapes {
  up: readonly Series[];
  starts: readonly Series[];
}

/** One track's share of its targets may be down, and the others are still read. */
const mostDown = 0.1;

/** A first sample this many intervals after that of others is that of a target which came later. */
const later = 1.5;

/**
 * Milliseconds between two scrapes, as the median shows it: of the targets, or of the series where nobody says `up`.
 *
 * @throws {Unreadable} where nothing was scraped twice
 */
export function intervalOf(series: readonly Series[], { up }: Scrapes): number {
  const pulses = up.length > 0 ? up : series;
  const gaps = pulses
    .flatMap(({ samples }) => samples.slice(1).map(({ at }, before) => at - (samples[before]?.at ?? at)))
    .sort((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  if (median === undefined) throw new Unreadable('nothing was scraped twice yet');
  return median;
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
  { up }: Scrapes,
  { to }: Window,
  interval: number,
  what: string,
): void {
  const targets = new Set(series.map(({ labels }) => targetOf(labels)));
  const scraped = up.filter(({ labels }) => targets.has(targetOf(labels)));
  const pulses = scraped.length > 0 ? scraped : series;
  const newest = Math.max(...pulses.map(({ samples }) => lastIn(samples, to)?.at ?? 0));
  if (newest < to - 2 * interval) {
    throw new Unreadable(
      `the last scrape of ${what} was at ${clock(newest)}, and one is due each ${String(interval / 1000)} s`,
    );
  }
  const due = scraped.filter(({ samples }) => (lastIn(samples, to)?.at ?? 0) >= to - 2 * interval);
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
 */
export function beganLater({ up }: Scrapes, { from }: Window): string | null {
  const earliest = Math.min(...up.map(({ samples }) => samples[0]?.at ?? Infinity));
  if (earliest <= from || earliest === Infinity) return null;
  return `nothing was scraped before ${clock(earliest)}: counting begins there`;
}

/** Where the counters of a series come from, as far as its target's scrapes tell. */
export function originOf(series: Series, scrapes: Scrapes, interval: number): Origin {
  const pulses = pulsesOf(series, scrapes);
  const { startedAt, isAnother } = processOf(series, scrapes);
  const earliest = Math.min(...scrapes.up.map(({ samples }) => samples[0]?.at ?? Infinity));
  return {
    isAnother,
    beganAtZero(first) {
      const wasScraped = pulses.some(({ at, value }) => value === 1 && at < first.at);
      if (wasScraped) return true;
      const cameLater = first.at > earliest + later * interval;
      return cameLater && startedAt(first.at) > earliest;
    },
  };
}

/** The scrapes of the target of a series: 1 where it answered, 0 where not. */
export function pulsesOf({ labels }: Series, { up }: Scrapes): readonly Sample[] {
  return ofTarget(labels, up);
}

/** The process behind a series, as far as it says when it started. */
export function processOf(
  { labels }: Series,
  { starts }: Scrapes,
): { startedAt: (at: number) => number; isAnother: Origin['isAnother'] } {
  const started = ofTarget(labels, starts);
  const startedAt = (at: number): number => (lastIn(started, at)?.value ?? NaN) * 1000;
  return { startedAt, isAnother: (one, other) => Math.abs(startedAt(one) - startedAt(other)) > jitter };
}

/** A target whose own labels were changed has several series, one after the other. */
function ofTarget(labels: Series['labels'], all: readonly Series[]): readonly Sample[] {
  const target = targetOf(labels);
  const [only, ...others] = all.filter((one) => targetOf(one.labels) === target);
  if (others.length === 0) return only?.samples ?? [];
  return [only, ...others].flatMap((one) => one?.samples ?? []).sort((one, other) => one.at - other.at);
}

/** Some processes say from their uptime when they started, which shakes (ms). */
const jitter = 1_000;

/** The jobs that series were scraped by. */
export function jobsOf(series: readonly Series[]): string[] {
  return [...new Set(series.map(({ labels }) => labels['job']))].filter((job) => job !== undefined);
}

/** What tells targets, and so the copies of a service, apart. */
export function targetOf({ job = '', instance = '' }: Series['labels']): string {
  return `${job}\n${instance}`;
}

function lastIn(samples: readonly Sample[], to: number): Sample | undefined {
  return samples.findLast(({ at }) => at <= to);
}

/** `22:10:05` */
export function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} (UTC)`;
}
