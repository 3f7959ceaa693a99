import type { Tick, Window } from '../samples.ts';
import type { Criterion } from '../criteria.ts';
import { minSample, pooled } from '../evidence.ts';
import { lookAtNumbers, type Look } from '../look.ts';
import { count, number } from '../../text/number.ts';
import { clipped, mostOfAReason } from '../sentences.ts';
import { silent } from '../silence.ts';
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

/** The evidence after one more tick. */
export function after(
  criterion: Criterion,
  { limited, seen, failed, failedBy, look }: LimitedEvidence,
  { from, to }: Window,
  taken: Taken,
): LimitedEvidence {
  const stands = { ...(failed !== undefined && { failed }), ...(failedBy !== undefined && { failedBy }) };
  if ('missing' in taken) {
    const gap = clipped(taken.missing, mostOfAReason);
    return { until: to, limited, seen, ...stands, gap, ...(look !== undefined && { look }) };
  }
  if ('look' in taken) return { until: to, limited, seen, ...stands, look: taken.look };
  const { tally } = taken;
  const ticks = seen[0] + 1;
  const requests = seen[1] + tally[0];
  const quiet = tally[0] === 0 ? seen[2] + 1 : 0;
  // Without any request at this weight it says how many are wanted.
  const gap = requests === 0 ? null : silent('the canary', { requests, ticks, quiet }, to - from);
  return {
    until: to,
    limited: withTally(criterion, limited, tally, to - from),
    seen: [ticks, requests, quiet],
    ...stands,
    ...(gap !== null && { gap }),
  };
}

/** Why so many requests are no signal. */
export function tooFew(criterion: Criterion, requests: number): string {
  return `${number(requests)} of the ${count(minSample(criterion), 'request')} that a verdict needs`;
}
