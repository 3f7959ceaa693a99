import { unmeasured, type Reading } from './samples.ts';
import { comparesWithStable, type Criterion } from './criteria.ts';
import type { MetricVerdict } from './verdict.ts';

/** Of a metric that is judged look by look: what is being gathered for the next look, and what the looks said. */
export interface ThresholdEvidence {
  /** End of the last tick, ms since 1970; null or absent before the first. */
  until?: number | null;
  canary: Pool;
  stable: Pool;
  looks: number;
  failed: number;
  failedInARow: number;
  /** What the last look at this weight said; a `fail` stands until the weight changes. */
  last: Pick<MetricVerdict, 'kind' | 'because' | 'evidence'> | null;
  /** Why the newest tick gave nothing; null if it gave something. */
  gap: string | null;
}

/** Gathered since the last look: `sum / n` is the rate, the mean, or the latency weighted by exposures. */
export interface Pool {
  sum: number;
  n: number;
}

const empty: Pool = { sum: 0, n: 0 };

/** Nothing gathered and no look made. */
export const noEvidence: ThresholdEvidence = {
  canary: empty,
  stable: empty,
  looks: 0,
  failed: 0,
  failedInARow: 0,
  last: null,
  gap: null,
};

/** The readings of one tick, as they are pooled: of stable only where it is compared with. */
export interface Gathered {
  canary: Pool;
  stable: Pool;
}

/** What one tick adds to the pools, or why it adds nothing. */
export function gather(
  criterion: Criterion,
  readings: { canary: Reading; stable?: Reading | undefined } | undefined,
): Gathered | { missing: string } {
  const canary = pooled(criterion.kind, readings?.canary);
  if ('missing' in canary) return canary;
  if (!comparesWithStable(criterion)) return { canary, stable: empty };
  const stable = pooled(criterion.kind, readings?.stable);
  return 'missing' in stable ? { missing: `stable: ${stable.missing}` } : { canary, stable };
}

/** What one track's reading adds to a pool of its kind, or why it adds nothing. */
export function pooled(kind: Criterion['kind'], reading: Reading | undefined): Pool | { missing: string } {
  if (reading === undefined) return unmeasured;
  if ('missing' in reading) return reading;
  if (kind === 'rate' && 'events' in reading) return rate(reading.events, reading.total);
  if ((kind === 'value' || kind === 'gauge') && 'value' in reading) return value(reading.value);
  if (kind === 'latency' && 'value' in reading) return latency(reading.value, reading.n);
  return { missing: `a reading of another kind than ${kind} came: ${JSON.stringify(reading)}` };
}

function rate(events: number, total: number): Pool | { missing: string } {
  if (!isCount(events) || !isCount(total)) {
    return { missing: `${String(events)} events of ${String(total)} are no counts` };
  }
  if (events > total)
    return { missing: `${String(events)} events are more than the ${String(total)} exposures` };
  return { sum: events, n: total };
}

function value(value: number): Pool | { missing: string } {
  return Number.isFinite(value) ? { sum: value, n: 1 } : { missing: `${String(value)} is no number` };
}

function latency(milliseconds: number, n: number): Pool | { missing: string } {
  return isCount(milliseconds) && isCount(n)
    ? { sum: milliseconds * n, n }
    : { missing: `${String(milliseconds)}ms of ${String(n)} requests is no latency` };
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** Why the pools do not make a look yet, or null if they do. */
export function shortOf(
  criterion: Criterion,
  { canary, stable }: Gathered,
): { track: 'canary' | 'stable'; n: number } | null {
  const least = minSample(criterion);
  if (canary.n < least) return { track: 'canary', n: canary.n };
  if (comparesWithStable(criterion) && stable.n < least) return { track: 'stable', n: stable.n };
  return null;
}

/** Exposures or ticks that make one look; at least one. */
export function minSample(criterion: Criterion): number {
  return criterion.minSample ?? 1;
}

export function add(pool: Pool, more: Pool): Pool {
  return { sum: pool.sum + more.sum, n: pool.n + more.n };
}
