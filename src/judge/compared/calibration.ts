import { count, number, percent } from '../../text/number.ts';
import { gaugeNoiseOf } from '../sequential/calibrate-gauge.ts';
import { noiseOf } from '../sequential/calibrate.ts';
import type { Noise } from '../sequential/noise.ts';
import type { Counts } from '../sequential/rate-ratio.ts';
import type { MetricNoise } from './comparing.ts';
import { leastFailAbove, straysFar } from './straying.ts';
import { milliseconds } from '../../text/duration.ts';

/** What stable's copies did while nothing changed, one minute after the other; null where nobody knows. */
export type Past =
  | { kind: 'rate'; copies: (Exposed | null)[][] }
  /** Of the requests, how many were slower than each bound, in ms. */
  | { kind: 'latency'; bounds: number[]; copies: (Slower | null)[][] }
  | { kind: 'gauge'; copies: (number | null)[][] };

interface Exposed {
  events: number;
  total: number;
}

interface Slower {
  slower: number[];
  total: number;
}

/** What the past says of a metric, for the judge and for people. */
export interface Calibration {
  /** Null: too little is known; the ticks of the rollout have to say. */
  noise: MetricNoise | null;
  said: string;
}

/** With fewer copies no difference between copies can be seen. */
const fewestCopies = 2;

/** Fewer copies than this do not show how much a gauge's copies differ for good. */
const enoughCopies = 20;

/** A noise that was seen for a shorter time is not yet known, in minutes. */
const fewestMinutes = 120;

/**
 * What is usual for a metric, from the past of stable's copies: each in turn stands for the canary beside all others.
 */
export function calibrationOf(past: Past): Calibration {
  const little = tooLittle(past.copies, fewestCopies);
  if (little !== null) return little;
  const copies = past.copies.filter((copy) => knownOf(copy) > 0).length;
  if (past.kind === 'gauge') return ofGauge(past.copies, copies);
  if (past.kind === 'rate') {
    const noise = noiseOf(
      placebos(past.copies, ({ events }) => events),
      1,
    );
    const all = past.copies.flat().filter((minute) => minute !== null);
    const events = all.reduce((sum, minute) => sum + minute.events, 0);
    const total = all.reduce((sum, minute) => sum + minute.total, 0);
    const share = total === 0 ? '' : ` (${percent(events / total)})`;
    return {
      noise: { counts: noise, ...roomFor([noise]) },
      said: `${number(events)} of ${number(total)}${share} in ${copiesText(copies)} of stable; ${noiseText(noise)}`,
    };
  }
  const bounds = past.bounds.map((above, at) => ({
    above,
    noise: noiseOf(
      placebos(past.copies, ({ slower }) => slower[at] ?? 0),
      1,
    ),
  }));
  const texts = bounds.map(({ above, noise }) => `${milliseconds(above)} ${noiseText(noise)}`);
  return {
    noise: { bounds, ...roomFor(bounds.map(({ noise }) => noise)) },
    said: `watched are ${texts.join(', ')}`,
  };
}

function roomFor(noises: readonly Noise[]): Pick<MetricNoise, 'leastFailAbove'> {
  return noises.some(straysFar) ? { leastFailAbove } : {};
}

/** Null: there are enough minutes of so many copies. */
export function tooLittle(copies: readonly (readonly unknown[])[], fewest: number): Calibration | null {
  const known = copies.map(knownOf).filter((minutes) => minutes > 0);
  const minutes = Math.max(0, ...known);
  if (known.length >= fewest && minutes >= fewestMinutes) return null;
  const so = `${copiesText(known.length)} of stable over ${count(minutes, 'minute')}`;
  return { noise: null, said: `too little is known of the past: ${so}` };
}

function knownOf(copy: readonly unknown[]): number {
  return copy.filter((minute) => minute !== null).length;
}

/** Each copy as the canary, and all others together as stable, minute by minute. */
function placebos<Minute extends { total: number }>(
  copies: readonly (Minute | null)[][],
  eventsOf: (minute: Minute) => number,
): Counts[][] {
  const length = Math.max(...copies.map((copy) => copy.length));
  const sums = Array.from({ length }, (_, at) =>
    copies.reduce(
      (sum, copy) => {
        const minute = copy[at] ?? null;
        if (minute === null) return sum;
        return { events: sum.events + eventsOf(minute), total: sum.total + minute.total };
      },
      { events: 0, total: 0 },
    ),
  );
  return copies.map((copy) =>
    sums.map(({ events, total }, at): Counts => {
      const minute = copy[at] ?? null;
      const [own, exposed] = minute === null ? [0, 0] : [eventsOf(minute), minute.total];
      // Without the copy, the others tell nothing of it.
      const isThere = exposed > 0;
      return {
        canaryEvents: own,
        canaryExposure: exposed,
        stableEvents: isThere ? events - own : 0,
        stableExposure: isThere ? total - exposed : 0,
      };
    }),
  );
}

function ofGauge(copies: readonly (number | null)[][], known: number): Calibration {
  const length = Math.max(...copies.map((copy) => copy.length));
  const minutes = Array.from({ length }, (_, at) => {
    const there = copies.map((copy) => copy[at] ?? null).filter((value) => value !== null);
    return { sum: there.reduce((sum, value) => sum + value, 0), copies: there.length };
  });
  const differences = copies.map((copy) =>
    copy.flatMap((value, at) => {
      const minute = minutes[at];
      if (value === null || minute === undefined || minute.copies < 2) return [];
      return [value - (minute.sum - value) / (minute.copies - 1)];
    }),
  );
  const gauge = gaugeNoiseOf(differences);
  if (!(gauge.sd > 0))
    return { noise: null, said: 'its copies never differed, so nothing tells noise from harm' };
  return {
    noise: { gauge },
    said: `${copiesText(known)} of stable differ by ${number(gauge.sd)} over a minute, and lastingly by up to ${number(gauge.lasting)}${known < enoughCopies ? `; fewer than ${number(enoughCopies)} copies do not show what else they may differ by, so only large differences count as harm` : ''}`,
  };
}

export function copiesText(copies: number): string {
  return copies === 1 ? '1 copy' : `${number(copies)} copies`;
}

function noiseText(noise: Noise): string {
  const { dispersion, wander } = noise;
  const strays =
    wander.sd === 0 ? '' : `, strays by ${percent(wander.sd)} over ${count(wander.minutes, 'minute')}`;
  const room = straysFar(noise) ? `, so failAbove is at least ${number(leastFailAbove)}` : '';
  return `dispersion ${number(dispersion)}${strays}${room}`;
}
