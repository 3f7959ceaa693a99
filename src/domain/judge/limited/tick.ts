import type { Tick, Window } from '../../samples.ts';
import type { Criterion } from '../criteria.ts';
import { minSample, pooled } from '../evidence.ts';
import { lookAtNumbers, type Look } from '../look.ts';
import { clipped, count, mostOfAReason, number } from '../sentences.ts';
import { tallyOf, withTally } from './counting.ts';
import type { LimitedEvidence } from './evidence.ts';
import type { Tally } from './limit.ts';

/** What one tick gives: counts, or of a source that tells no more than a percentile a look at it, or nothing. */
type Taken = { tally: Tally } | { look: Look } | { missing: string };

/** What the readings of one tick give. */
export function take(criterion: Criterion, readings: Tick['metrics'][string] | undefined): Taken {
  const reading = readings?.canary;
  if (criterion.kind === 'latency' && reading !== undefined && 'value' in reading && !('slower' in reading)) {
    const canary = pooled(criterion.kind, reading);
    if ('missing' in canary) return canary;
    return canary.n >= minSample(criterion)
      ? { look: lookAtNumbers(criterion, { canary, stable: canary }) }
      : { missing: tooFew(criterion, canary.n) };
  }
  const tally = tallyOf(criterion, reading);
  return 'missing' in tally ? tally : { tally };
}

/** The canary is silent after this many ticks in a row without a request … */
const silence = 3;

/** … in which so many would have been expected by those before. */
const expected = 10;

/** The evidence after one more tick. */
export function after(
  criterion: Criterion,
  { limited, seen, failed, look }: LimitedEvidence,
  { from, to }: Window,
  taken: Taken,
): LimitedEvidence {
  const stands = { ...(failed !== undefined && { failed }) };
  if ('missing' in taken) {
    const gap = clipped(taken.missing, mostOfAReason);
    return { until: to, limited, seen, ...stands, gap, ...(look !== undefined && { look }) };
  }
  if ('look' in taken) return { until: to, limited, seen, ...stands, look: taken.look };
  const { tally } = taken;
  const [ticks, requests, quiet] = seen;
  const now: LimitedEvidence['seen'] = [ticks + 1, requests + tally[0], tally[0] === 0 ? quiet + 1 : 0];
  const gap = silent(now, to - from);
  return {
    until: to,
    limited: withTally(criterion, limited, tally, to - from),
    seen: now,
    ...stands,
    ...(gap !== null && { gap }),
  };
}

function silent([ticks, requests, quiet]: LimitedEvidence['seen'], every: number): string | null {
  if (quiet < silence || (requests * quiet) / Math.max(1, ticks - quiet) < expected) return null;
  return `the canary had no requests for ${String((quiet * every) / 1000)} s`;
}

/** Why so many requests are no signal. */
export function tooFew(criterion: Criterion, requests: number): string {
  return `${number(requests)} of the ${count(minSample(criterion), 'request')} that a verdict needs`;
}
