import type { Reading } from '../../src/judge/samples.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { growing } from './http/growing.ts';
import { numberOf, Unreadable, type Found } from './http/json-source.ts';

/** What the counters of a track stood at. */
interface Counters {
  events: number;
  total: number;
}

/** Events out of exposures, from two counters at JSONPaths of what a URL answers. */
export function httpRate({ source }: MetricOf<'http'> & { kind: 'rate' }, grants: Grants): Metrics {
  return growing<Counters>(source, grants, async (at) => {
    const events = counterOf(await at(source.events));
    const total = counterOf(await at(source.total));
    return {
      counters: { events: events.count, total: total.count },
      growth: (before) => growth(before, events, total),
    };
  });
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
