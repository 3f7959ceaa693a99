import type { Latency, LoadReport, Window } from '../../../src/judge/samples.ts';

/** Of a load that has sent nothing yet, or nothing that anybody has seen. */
export function unseen(from: number): LoadReport {
  return { window: { from, to: from }, requests: 0, missed: 0, errors: 0, latency: { n: 0 }, classes: {} };
}

/** Two runs as one. */
export function added(one: LoadReport, other: Omit<LoadReport, 'window'>, window: Window): LoadReport {
  const classes = { ...one.classes };
  for (const [name, n] of Object.entries(other.classes)) classes[name] = (classes[name] ?? 0) + n;
  return {
    window,
    requests: one.requests + other.requests,
    missed: one.missed + other.missed,
    errors: one.errors + other.errors,
    latency: together(one.latency, other.latency),
    classes,
  };
}

/** Percentiles of two runs cannot be added: of both together only the largest time is known. */
function together(one: Latency, other: Latency): Latency {
  if (one.n === 0) return other;
  if (other.n === 0) return one;
  const n = one.n + other.n;
  return one.max === undefined || other.max === undefined ? { n } : { n, max: Math.max(one.max, other.max) };
}
