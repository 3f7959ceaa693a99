import { setTimeout as sleep } from 'node:timers/promises';
import type { Window } from '../../src/judge/samples.ts';
import { filled, withMatchers } from '../../src/spec/prometheus/filling.ts';
import type { Adapter, Call, Grants, Look, MetricOf, Metrics, Readings } from '../ports.ts';
import { tlsUses } from '../tls.ts';
import { requestUses } from '../uses.ts';
import { prometheusApi, type Api } from './prometheus/api.ts';
import { scrapeInterval } from './prometheus/counting.ts';
import { pastOf } from './prometheus/past.ts';
import { readerOf, type Asked } from './prometheus/readers.ts';
import { Unreadable } from './prometheus/unreadable.ts';
import { duration } from '../../src/text/duration.ts';

/** What a look leaves for the next one. */
interface Cursor {
  /** End of the last window that was asked for. */
  asked: number;
  /** All up to here was counted, or let go; nothing after it. */
  counted: number;
  /** Milliseconds between two scrapes, as it was found. */
  interval: number | null;
}

/** What is asked, whatever the window. */
type Asking = Pick<Look, 'release' | 'tracks' | 'cursor'>;

type Source = MetricOf<'prometheus'>['source'];

/** Counts that were not read are read with the next window, for so long (ms). */
const longest = 3_600_000;

/** The clocks of the server and the worker may differ by this (ms). */
const mostSkew = 2_000;

/** A window is whole this many scrapes after its end. */
const scrapesToClose = 2;

/** The longest time between two scrapes that a rollout waits for (ms). */
const mostInterval = 60_000;

/** Scrapes are not quite as regular as they are meant to be. */
const unsteady = 1.05;

/**
 * Metrics of a server that speaks Prometheus's HTTP API. A window is read once it is closed there: two scrapes after its
 * end. What the server says is distrusted as docs/metrics.md lists: each doubt is a reading that is missing, with the
 * reason, for both tracks. What was not counted then is counted with the next window.
 */
export const prometheus: Adapter<MetricOf<'prometheus'>, Metrics> = {
  uses: ({ source }) => [...requestUses(source, 'source'), ...tlsUses(source, 'source')],
  connect,
};

function connect(metric: MetricOf<'prometheus'>, grants: Grants): Metrics {
  const api = prometheusApi(metric.source, grants);
  const reader = readerOf(metric);
  const intervalFor = async (look: Asking, call: Call): Promise<number> => {
    const known = (look.cursor as Cursor | null)?.interval ?? null;
    if (known !== null) return known;
    const selectors = [...askedOf(reader.selectors, metric.source, look, api).values()].flat();
    const interval = await scrapeInterval(api, selectors, await api.time(call), call);
    if (interval === null && reader.counts) {
      throw new Unreadable(`${api.place}: nothing matches ${selectors.join(' nor ')}`);
    }
    // An expression that selects nothing has nothing to wait for.
    return interval ?? 0;
  };
  return {
    remembers: true,
    async lag(look, call) {
      try {
        // One that is scraped more seldom is not waited for: each look says so.
        return scrapesToClose * Math.min(mostInterval, await intervalFor(look, call));
      } catch {
        call.signal.throwIfAborted();
        return 0;
      }
    },
    async past(release, window, call) {
      const asked: Asking = { release, tracks: ['stable'], cursor: null };
      const query = (text: string): string =>
        askedOf([text], metric.source, asked, api).get('stable')?.[0] ?? text;
      return pastOf(api, metric, query, window, call);
    },
    async collect(look, call) {
      const { window, tracks } = look;
      const before = cursorFor(look);
      const left = (cursor: Partial<Cursor>): Cursor => ({ ...before, asked: window.to, ...cursor });
      const missing = (why: string, cursor: Cursor) => {
        const readings: Readings = Object.fromEntries(tracks.map((track) => [track, { missing: why }]));
        return { ...readings, cursor };
      };
      let interval = before.interval;
      try {
        const asked = askedOf(reader.queries, metric.source, look, api);
        interval = await intervalFor({ ...look, cursor: before }, call);
        await closed(api, window, interval, call);
        const from = reader.counts ? before.counted : window.from;
        const read = await reader.read(api, asked, { from, to: window.to }, call);
        if ('beginsAnew' in read) return missing(read.beginsAnew, left({ counted: window.to, interval }));
        const cursor = left({ counted: window.to, interval: read.interval });
        const note = read.note === null ? {} : { note: read.note };
        return { ...(Object.fromEntries(read.readings) as Readings), cursor, ...note };
      } catch (error) {
        call.signal.throwIfAborted();
        return missing(error instanceof Error ? error.message : String(error), left({ interval }));
      }
    },
  };
}

/** Goes on where the last look ended, if it was for the window before this one. */
function cursorFor({ cursor, window }: Look): Cursor {
  const before = cursor as Cursor | null;
  const goesOn = before?.asked === window.from && window.from - before.counted <= longest;
  return goesOn ? before : { asked: window.from, counted: window.from, interval: before?.interval ?? null };
}

/** The queries for each track. */
function askedOf(queries: string[], source: Source, { release, tracks }: Asking, api: Api): Asked {
  return new Map(
    tracks.map((track) => {
      const version = track === 'canary' ? release.version : release.stable;
      const texts = queries.map((query) => withMatchers(query, source.tracks?.[track] ?? []));
      if (version === null && texts.some((query) => query.includes('$version'))) {
        throw new Unreadable(`${api.place}: the version of stable is not known, $version wants it`);
      }
      const filling = { service: release.service, version: version ?? '', track };
      return [track, texts.map((query) => filled(query, filling))];
    }),
  );
}

/** Waits until the window is whole at the server. */
async function closed(api: Api, { from, to }: Window, interval: number, call: Call): Promise<void> {
  if (interval > mostInterval || interval > unsteady * (to - from)) {
    const most = Math.min(mostInterval, to - from);
    throw new Unreadable(
      `${api.place}: it is scraped each ${duration(interval)}, and a tick is ${duration(to - from)}: scrape it at least each ${duration(most)}, or make the ticks longer (every)`,
    );
  }
  const asked = Date.now();
  const now = await api.time(call);
  const skew = now - (asked + Date.now()) / 2;
  if (Math.abs(skew) > mostSkew + (Date.now() - asked) / 2) {
    const where = skew > 0 ? 'ahead of' : 'behind';
    throw new Unreadable(
      `${api.place}: its clock is ${duration(Math.abs(skew))} ${where} the worker's: windows of time would not be the same`,
    );
  }
  const left = to + scrapesToClose * interval - now;
  if (left > 0) await sleep(left, undefined, { signal: call.signal });
}
