import { brief } from '../brief.ts';
import type { Risk } from '../compared/comparing.ts';
import type { Criterion } from '../criteria.ts';
import type { LimitEvidence } from '../verdict.ts';
import { boundsOf, exceedingEvidence, noExceeding } from '../sequential/share-limit.ts';
import { keeping } from './counting.ts';
import type { LimitedCounts } from './evidence.ts';
import { limitsOf, surely, type Limit } from './limit.ts';

/**
 * What a verdict on a limit was made from, as shares of the metric itself.
 *
 * @param of what is counted as an event where buckets end beside the limit
 */
export function evidenceOf(
  criterion: Criterion,
  limit: Limit,
  counts: LimitedCounts,
  of: typeof surely,
  { alpha, beta }: Risk,
): LimitEvidence {
  const { all, weighed, exceeding } = counts;
  const { share, isLeast } = limit;
  const limits = limitsOf(criterion);
  const at = limits.findIndex((one) => one.isLeast === isLeast);
  const { events, total } = of(limit, all);
  const harm = exceedingEvidence(share, exceeding[at] ?? noExceeding, surely(limit, all));
  const pass = keeping(limit, counts);
  const needed = { harm: limits.length / alpha, pass: 1 / beta };
  const bounds = boundsOf(of(limit, weighed), { alpha, beta });
  // What shows harm or a pass may be sharper than the bounds are.
  const atLeast =
    harm >= needed.harm && events / total > share ? Math.max(bounds.atLeast, share) : bounds.atLeast;
  const atMost = pass >= needed.pass ? Math.min(bounds.atMost, share) : bounds.atMost;
  return {
    canary: { sum: isLeast ? total - events : events, n: total },
    ...(isLeast ? { min: brief(1 - share) } : { max: brief(share) }),
    atLeast: brief(isLeast ? 1 - atMost : atLeast),
    atMost: brief(isLeast ? 1 - atLeast : atMost),
    harm: brief(harm),
    pass: brief(pass),
    needed: { harm: brief(needed.harm), pass: brief(needed.pass) },
  };
}
