import { unmeasured, type Reading } from '../samples.ts';
import { faultOf as histogramFault } from '../compared/latency.ts';
import { faultOf as rateFault } from '../compared/rate.ts';
import type { Criterion } from '../criteria.ts';
import { blockDispersion, withCounted, type BlockDispersion } from '../sequential/block-dispersion.ts';
import { addCounted, exceedingEvidence, keepingEvidence, noExceeding } from '../sequential/share-limit.ts';
import type { LimitedCounts } from './evidence.ts';
import { limitsOf, possibly, surely, type Limit, type Tally } from './limit.ts';

/** What one tick of the canary adds, or why it adds nothing. */
export function tallyOf(criterion: Criterion, reading: Reading = unmeasured): Tally | { missing: string } {
  if (criterion.kind === 'rate') {
    const fault = rateFault(reading);
    if (fault !== null) return { missing: fault };
    const { events, total } = reading as { events: number; total: number };
    return [total, events, events];
  }
  if ('slower' in reading) return ofReport(reading.n, reading.slower);
  const fault = histogramFault(reading);
  return fault === null ? ofBuckets(reading as Histogram, criterion.max ?? Infinity) : { missing: fault };
}

function ofReport(
  total: number,
  { least, most }: { least: number; most: number },
): Tally | { missing: string } {
  if (least >= 0 && least <= most && most <= total && total <= Number.MAX_SAFE_INTEGER)
    return [total, least, most];
  return { missing: `${String(least)} to ${String(most)} slow requests of ${String(total)} are no counts` };
}

interface Histogram {
  bounds: number[];
  below: number[];
  total: number;
}

/** Above the next bucket's end at or beyond the limit they surely are slower; above the last one up to it they may be. */
function ofBuckets({ bounds, below, total }: Histogram, limit: number): Tally {
  const next = bounds.findIndex((bound) => bound >= limit);
  const last = bounds.findLastIndex((bound) => bound <= limit);
  const least = next === -1 ? 0 : total - (below[next] ?? total);
  return [total, least, last === -1 ? total : total - (below[last] ?? 0)];
}

/** @param length milliseconds of the tick */
export function withTally(
  criterion: Criterion,
  { all, weighed, judged, exceeding, blocks }: LimitedCounts,
  tally: Tally,
  length: number,
): LimitedCounts {
  const [total, , most] = tally;
  const dispersion = dispersionOf(criterion, blocks);
  return {
    all: added(all, tally, 1),
    weighed: added(weighed, tally, dispersion),
    judged: total === 0 ? judged : judged + length,
    exceeding:
      total === 0
        ? exceeding
        : limitsOf(criterion).map((limit, at) =>
            addCounted(limit.share, exceeding[at] ?? noExceeding, surely(limit, tally), {
              judged,
              length,
              dispersion,
            }),
          ),
    blocks: withCounted(blocks, { events: most, total }, length),
  };
}

function added(all: Tally, [total, least, most]: Tally, dispersion: number): LimitedCounts['all'] {
  return [all[0] + total / dispersion, all[1] + least / dispersion, all[2] + most / dispersion];
}

/** Which of its limits is shown to be exceeded; the error of all of them together is at most α. */
export function exceededOf(
  limits: readonly Limit[],
  { all, exceeding }: LimitedCounts,
  alpha: number,
): Limit | undefined {
  return limits.find(
    (limit, at) =>
      exceedingEvidence(limit.share, exceeding[at] ?? noExceeding, surely(limit, all)) >=
      limits.length / alpha,
  );
}

/** An e-value that the limit is kept. */
export function keeping(limit: Limit, { weighed }: LimitedCounts): number {
  return keepingEvidence(limit.share, possibly(limit, weighed));
}

/** How events come: as the spec says, otherwise as stable's past shows it, or the ticks of the rollout where these show more. */
export function dispersionOf(
  { dispersion, usualDispersion = 1 }: Criterion,
  blocks: BlockDispersion,
): number {
  return dispersion ?? Math.max(usualDispersion, blockDispersion(blocks));
}
