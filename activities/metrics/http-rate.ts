import type { Reading } from '../../src/domain/samples.ts';
import type { Track } from '../../src/domain/rollout.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { jsonSource, numberOf, Unreadable, type Found } from './http/json-source.ts';

/** What the counters of a track stood at. */
interface Counters {
  events: number;
  total: number;
}

/** The last counters that could be read, by track: the next reading counts from there. */
type Cursor = { [T in Track]?: Counters };

/**
 * Events out of exposures, from two counters that only grow, at JSONPaths of what a URL answers. A reading is
 * their growth since the last one that could be read, so that a look that fails loses nothing and counts nothing
 * twice. The URL must answer for all copies of a track together. A counter that went back is no reading; one
 * that was started anew and has overtaken the old one since cannot be told from one that went on.
 */
export function httpRate({ source }: MetricOf<'http'> & { kind: 'rate' }, grants: Grants): Metrics {
  const json = jsonSource(source, grants);
  return {
    past: false,
    async collect({ release, tracks, cursor }, call) {
      const before = (cursor ?? {}) as Cursor;
      const after: Cursor = { ...before };
      const read = (track: Track): Promise<Reading> =>
        json.measure(
          release,
          track,
          (at) => {
            const events = counterOf(at(source.events));
            const total = counterOf(at(source.total));
            after[track] = { events: events.count, total: total.count };
            return growth(before[track], events, total);
          },
          call,
        );
      if (!tracks.includes('stable')) return { canary: await read('canary'), cursor: after };
      const [canary, stable] = await Promise.all([read('canary'), read('stable')]);
      return { canary, stable, cursor: after };
    },
  };
}

interface Counter {
  count: number;
  /** The address and the path, for people. */
  place: string;
}

function counterOf(found: Found): Counter {
  const count = numberOf(found);
  if (count < 0) throw new Unreadable(`${found.place} is ${String(count)}, a counter never is below 0`);
  return { count, place: found.place };
}

function growth(before: Counters | undefined, events: Counter, total: Counter): Reading {
  if (before === undefined) {
    return {
      missing: `${total.place} and the events beside it were read for the first time: the next look counts from here`,
    };
  }
  if (events.count < before.events) return restarted(before.events, events);
  if (total.count < before.total) return restarted(before.total, total);
  return { events: events.count - before.events, total: total.count - before.total };
}

function restarted(before: number, { count, place }: Counter): Reading {
  return { missing: `${place} went from ${String(before)} to ${String(count)}: restarted?` };
}
