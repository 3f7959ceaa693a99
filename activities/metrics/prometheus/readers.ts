import type { Track } from '../../../src/domain/rollout.ts';
import type { Reading, Window } from '../../../src/judge/samples.ts';
import { isSelector, parseExpression, selectorText } from '../../../src/spec/prometheus/selector.ts';
import type { Call, MetricOf } from '../../ports.ts';
import { answerLimits } from '../../answer-limits.ts';
import type { Api } from './api.ts';
import {
  checkCouldMatch,
  count,
  lookback,
  nameOf,
  scrapesOf,
  type Counted,
  type Growth,
} from './counting.ts';
import { labelsText, type Series } from './series.ts';
import { checkFresh, intervalOf } from './targets.ts';
import { Unreadable } from './unreadable.ts';
import { duration } from '../../../src/text/duration.ts';

/** What is measured of each track, with the queries filled in. */
export type Asked = Map<Track, string[]>;

/** What was read, or why counting begins anew at the window's end. */
type Read = { readings: Map<Track, Reading>; interval: number } | { beginsAnew: string };

/** How one kind of metric is read. */
export interface Reader {
  /** The queries as the spec has them. */
  queries: string[];
  /** The selectors in them. */
  selectors: string[];
  /** It counts: what was not read is read with the next window. */
  counts: boolean;
  /** @throws {Unreadable} */
  read(api: Api, asked: Asked, window: Window, call: Call): Promise<Read>;
}

export function readerOf({ source }: MetricOf<'prometheus'>): Reader {
  if ('events' in source) return rateReader(source);
  if ('histogram' in source) return latencyReader(source);
  return valueReader(source);
}

function rateReader({ events, total }: { events: string; total: string }): Reader {
  const queries = [total, events];
  return {
    queries,
    selectors: queries,
    counts: true,
    async read(api, asked, window, call) {
      const counted = await count(api, asked, window, call);
      if ('beginsAnew' in counted) return counted;
      const growths = [...counted.growths];
      if (growths.every(([, [, found]]) => found?.length === 0)) {
        const [[, [beside = []]] = [null, []]] = growths;
        await checkCouldMatch(api, events, beside, call);
      }
      return readings(counted, ([all, some]) => ({ events: sum(some), total: sum(all) }));
    },
  };
}

function latencyReader({ histogram, unit }: { histogram: string; unit: 's' | 'ms' }): Reader {
  return {
    queries: [histogram],
    selectors: [histogram],
    counts: true,
    async read(api, asked, window, call) {
      const counted = await count(api, asked, window, call);
      if ('beginsAnew' in counted) return counted;
      return readings(counted, ([buckets = []]) => histogramOf(buckets, unit === 's' ? 1000 : 1));
    },
  };
}

function readings(
  { growths, interval }: Extract<Counted, { growths: unknown }>,
  read: (growths: Growth[]) => Reading,
): Read {
  return { readings: new Map([...growths].map(([track, found]) => [track, read(found)])), interval };
}

function sum(growth: Growth = []): number {
  return growth.reduce((so, { by }) => so + by, 0);
}

function histogramOf(buckets: Growth, scale: number): Reading {
  const copies = new Map<string, Map<string, number>>();
  for (const { labels, by } of buckets) {
    const { le, ...others } = labels;
    if (le === undefined) throw new Unreadable(`${labelsText(labels)} is no bucket: it has no label le`);
    const copy = labelsText(others);
    copies.set(copy, (copies.get(copy) ?? new Map<string, number>()).set(le, by));
  }
  const [first, ...others] = [...copies].map(([copy, counts]) => ({
    copy,
    counts,
    bounds: boundsOf(counts),
  }));
  if (first === undefined) throw new Unreadable('there are no buckets');
  const most = answerLimits.buckets;
  const large = [first, ...others].find(({ bounds }) => bounds.length > most);
  if (large !== undefined) {
    throw new Unreadable(
      `${large.copy} has ${String(large.bounds.length)} buckets, at most ${String(most)} are read`,
    );
  }
  const other = others.find(({ bounds }) => bounds.join() !== first.bounds.join());
  if (other !== undefined) throw new Unreadable(`${first.copy} and ${other.copy} have different buckets`);
  const total = [first, ...others].reduce((so, { counts }) => so + (counts.get('+Inf') ?? NaN), 0);
  if (Number.isNaN(total)) throw new Unreadable(`${first.copy} has no bucket with le="+Inf"`);
  const finite = first.bounds.filter((le) => le !== '+Inf');
  return {
    bounds: finite.map((le) => boundOf(le, scale)),
    below: finite.map((le) => [first, ...others].reduce((so, { counts }) => so + (counts.get(le) ?? 0), 0)),
    total,
  };
}

function boundsOf(counts: Map<string, number>): string[] {
  return [...counts.keys()].sort((a, b) => numberOf(a) - numberOf(b));
}

/** In milliseconds, without what multiplying leaves at the end. */
export function boundOf(le: string, scale: number): number {
  return Number((numberOf(le) * scale).toPrecision(12));
}

function numberOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

/** A selector is averaged over its copies and their scrapes; an expression is taken as it is, at the window's end. */
function valueReader({ value }: { value: string }): Reader {
  return {
    queries: [value],
    selectors: parseExpression(value).map(selectorText),
    counts: false,
    async read(api, asked, window, call) {
      const read = await Promise.all(
        [...asked].map(async ([track, [text = value]]) => ({
          track,
          ...(await valueOf(api, text, track, window, call)),
        })),
      );
      return {
        readings: new Map(read.map(({ track, value }) => [track, { value, n: 1 }])),
        interval: Math.max(...read.map(({ interval }) => interval)),
      };
    },
  };
}

async function valueOf(
  api: Api,
  text: string,
  track: Track,
  window: Window,
  call: Call,
): Promise<{ value: number; interval: number }> {
  const range = { from: window.from - lookback, to: window.to };
  const selectors = parseExpression(text).map(selectorText);
  const found = await Promise.all(
    selectors.map(async (selector) => ({ selector, series: await api.samples(selector, range, call) })),
  );
  const empty = found.find(({ series }) => series.length === 0);
  if (empty !== undefined) throw new Unreadable(`${api.place}: nothing matches ${empty.selector}`);
  const all = found.flatMap(({ series }) => series);
  const scrapes = await scrapesOf(api, all, range, call);
  const interval = intervalOf(all, scrapes);
  checkFresh(all, scrapes, window, interval, nameOf(track));
  const value = isSelector(text)
    ? meanOf(text, all, window, interval)
    : await expressionOf(api, text, window, call);
  if (!Number.isFinite(value)) throw new Unreadable(`${api.place}: ${text} is ${String(value)}`);
  return { value, interval };
}

/**
 * Scrapes are not quite regular, so that none may fall into a window as short as the time between two: then what is still
 * fresh counts.
 *
 * @throws {Unreadable} if nothing is
 */
function meanOf(text: string, series: readonly Series[], { from, to }: Window, interval: number): number {
  const fresh = 2 * interval;
  const inside = meansOf(series, (at) => at > from);
  const means = inside.length > 0 ? inside : meansOf(series, (at) => at >= to - fresh);
  if (means.length === 0) throw new Unreadable(`${text} has no value of the last ${duration(fresh)}`);
  return means.reduce((so, mean) => so + mean, 0) / means.length;
}

/** Of each series that has samples at such times. */
function meansOf(series: readonly Series[], isMeant: (at: number) => boolean): number[] {
  return series
    .map(({ samples }) => samples.filter(({ at }) => isMeant(at)))
    .filter((samples) => samples.length > 0)
    .map((samples) => samples.reduce((so, { value }) => so + value, 0) / samples.length);
}

async function expressionOf(api: Api, text: string, { to }: Window, call: Call): Promise<number> {
  const [only, ...others] = await api.values(text, to, call);
  if (only === undefined) throw new Unreadable(`${api.place}: ${text} gives nothing`);
  if (others.length === 0) return only.value;
  throw new Unreadable(
    `${api.place}: ${text} gives ${String(others.length + 1)} values, one is wanted: sum() or avg() over them`,
  );
}
