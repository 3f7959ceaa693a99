import { count, number, percent } from '../../text/number.ts';
import { gaugeNoiseOf } from '../sequential/calibrate-gauge.ts';
import { noiseOf } from '../sequential/calibrate.ts';
import type { Noise } from '../sequential/noise.ts';
import type { Counts } from '../sequential/rate-ratio.ts';
import type { MetricNoise } from './comparing.ts';
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

/** Fewer copies than this show only roughly how much a gauge's copies differ. */
const enoughCopies = 10;

/** A noise that was seen for a shorter time is not yet known, in minutes. */
const fewestMinutes = 120;

/**
 * What is usual for a metric, from the past of stable's copies: each in turn stands for the canary beside all others.
 */
export function calibrationOf(past: Past): Calibration {
  const known = past.copies.map((copy) => copy.filter((minute) => minute !== null).length);
  const minutes = Math.max(0, ...known);
  const copies = known.filter((length) => length > 0).length;
  if (copies < fewestCopies || minutes < fewestMinutes) {
    const so = `${copiesText(copies)} of stable over ${count(minutes, 'minute')}`;
    return { noise: null, said: `too little is known of the past: ${so}` };
  }
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
      noise: { counts: noise },
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
  return { noise: { bounds }, said: `watched are ${texts.join(', ')}` };
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
    said: `${copiesText(known)} of stable differ by ${number(gauge.sd)} over a minute, and lastingly by ${number(gauge.lasting)}${known < enoughCopies ? `; fewer than ${number(enoughCopies)} copies show that only roughly` : ''}`,
  };
}

function copiesText(copies: number): string {
  return copies === 1 ? '1 copy' : `${number(copies)} copies`;
}

function noiseText({ dispersion, wander }: Noise): string {
  const strays =
    wander.sd === 0 ? '' : `, strays by ${percent(wander.sd)} over ${count(wander.minutes, 'minute')}`;
  return `dispersion ${number(dispersion)}${strays}`;
}
