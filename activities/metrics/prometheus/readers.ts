import type { Track } from '../../../src/domain/rollout.ts';
import type { Reading, Window } from '../../../src/judge/samples.ts';
import { parseExpression, selectorText } from '../../../src/spec/prometheus/selector.ts';
import type { Call, MetricOf } from '../../ports.ts';
import { answerLimits } from '../../answer-limits.ts';
import type { Api } from './api.ts';
import { checkCouldMatch, count, type Counted, type Growth } from './counting.ts';
import { boundOf } from './bounds.ts';
import { labelsText } from './series.ts';
import { Unreadable } from './unreadable.ts';
import { valueOf, witnessesOf } from './values.ts';

/** What is measured of each track, with the queries filled in. */
export type Asked = Map<Track, string[]>;

/** What was read, with what people should know of it; or why counting begins anew at the window's end. */
type Read = { readings: Map<Track, Reading>; interval: number; note: string | null } | { beginsAnew: string };

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

type Source = MetricOf<'prometheus'>['source'];

export function readerOf({ source }: MetricOf<'prometheus'>): Reader {
  if ('events' in source) return rateReader(source);
  if ('histogram' in source) return latencyReader(source);
  return valueReader(source);
}

function rateReader({ events, total, absent }: Extract<Source, { events: string }>): Reader {
  const queries = [total, events];
  return {
    queries,
    selectors: queries,
    counts: true,
    async read(api, asked, window, call) {
      const counted = await count(api, asked, window, call);
      if ('beginsAnew' in counted) return counted;
      const growths = [...counted.growths];
      if (absent === undefined && growths.every(([, [, found]]) => found?.length === 0)) {
        const [[, [beside = []]] = [null, []]] = growths;
        await checkCouldMatch(api, events, beside, call);
      }
      return readings(counted, ([all, some]) => ({ events: sum(some), total: sum(all) }));
    },
  };
}

function latencyReader({ histogram, unit }: Extract<Source, { histogram: string }>): Reader {
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
  { growths, ...counted }: Extract<Counted, { growths: unknown }>,
  read: (growths: Growth[]) => Reading,
): Read {
  return { readings: new Map([...growths].map(([track, found]) => [track, read(found)])), ...counted };
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
  return [...counts.keys()].sort((a, b) => boundOf(a, 1) - boundOf(b, 1));
}

/** A selector is averaged over its copies and their scrapes; an expression is taken as it is, at the window's end. */
function valueReader({ value, absent, tracks }: Extract<Source, { value: string }>): Reader {
  const selectors = parseExpression(value);
  const labels = Object.values(tracks ?? {}).flatMap((matchers) =>
    (matchers ?? []).map(({ label }) => label),
  );
  const witnesses = witnessesOf(selectors, labels);
  return {
    queries: [value, ...witnesses],
    selectors: [...selectors.map(selectorText), ...witnesses.filter((witness) => witness !== '')],
    counts: false,
    async read(api, asked, window, call) {
      const read = await Promise.all(
        [...asked].map(async ([track, [text = value, ...witnesses]]) => ({
          track,
          ...(await valueOf(api, { text, witnesses, track, absent }, window, call)),
        })),
      );
      return {
        readings: new Map(read.map(({ track, value }) => [track, { value, n: 1 }])),
        interval: Math.max(...read.map(({ interval }) => interval)),
        note: null,
      };
    },
  };
}
