import type { Reading } from '../../src/judge/samples.ts';
import type { Grants, MetricOf, Metrics } from '../ports.ts';
import { growing } from './http/growing.ts';
import { answerLimits } from '../answer-limits.ts';
import { numberIn, unlike, Unreadable, type Found } from './http/json-source.ts';
import { milliseconds } from '../../src/text/duration.ts';

/** What the counters of a track's buckets stood at, by their bounds in seconds, and of all requests. */
interface Counters {
  bounds: number[];
  below: number[];
  total: number;
}

/**
 * How long requests took, from the counters of a histogram's buckets at a JSONPath of what a URL answers: a mapping from
 * seconds to the number of requests that took at most so long, and from `+Inf` to all, as Prometheus keeps them.
 */
export function httpLatency({ source }: MetricOf<'http'> & { kind: 'latency' }, grants: Grants): Metrics {
  return growing<Counters>(source, grants, async (at) => {
    const found = await at(source.histogram);
    const counters = countersOf(found);
    return { counters, growth: (before) => growth(before, counters, found.place) };
  });
}

function countersOf(found: Found): Counters {
  const { value, place } = found;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw unlike('a mapping from seconds to counts', found);
  }
  const size = Object.keys(value).length;
  if (size > answerLimits.buckets) {
    throw new Unreadable(
      `${place} has ${String(size)} buckets, at most ${String(answerLimits.buckets)} are read`,
    );
  }
  const buckets = Object.entries(value)
    .map(([bound, count]) => ({
      bound: bound === '+Inf' ? Infinity : Number(bound),
      count: numberIn(count),
      written: count,
    }))
    .sort((a, b) => a.bound - b.bound);
  const wrong = buckets.find(({ bound, count }) => !(bound > 0) || count === null || count < 0);
  if (wrong !== undefined) {
    throw new Unreadable(
      `${place} has ${JSON.stringify(wrong.written)} at ${String(wrong.bound)}: seconds and counts are expected`,
    );
  }
  const all = buckets.pop();
  if (all?.bound !== Infinity) throw new Unreadable(`${place} has no count of all requests at +Inf`);
  const counts = buckets.map(({ count }) => count as number);
  return { bounds: buckets.map(({ bound }) => bound * 1000), below: counts, total: all.count as number };
}

function growth(before: Counters | undefined, after: Counters, place: string): Reading {
  if (before === undefined) {
    return { missing: `${place} was read for the first time: the next look counts from here` };
  }
  if (before.bounds.join() !== after.bounds.join())
    return { missing: `${place} has other buckets than before` };
  const total = after.total - before.total;
  const below = after.below.map((count, at) => count - (before.below[at] ?? 0));
  if (total < 0) {
    return { missing: `${place} went from ${String(before.total)} to ${String(after.total)}: restarted?` };
  }
  const back = below.findIndex((count) => count < 0);
  if (back !== -1) {
    const bound = milliseconds(after.bounds[back] ?? 0);
    const [was, is] = [before.below[back], after.below[back]].map(String);
    return { missing: `${place} went from ${was ?? ''} to ${is ?? ''} at ${bound}: restarted?` };
  }
  return { bounds: after.bounds, below, total };
}
