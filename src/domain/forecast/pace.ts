import type { Criterion } from '../../judge/criteria.ts';
import { isLimited } from '../../judge/limited/limit.ts';

/** Looks at a stretch of time before one look takes twice as long. */
const looks = 50;

/**
 * How long the next tick is, in milliseconds: whole ticks of the plan, and no more than `toGo` needs. In a long bake several
 * are taken together, up to a fiftieth of the time gone by: where all metrics are judged by all their ticks together, what
 * counts are the sums. Looks are what they are, one by one.
 */
export function paceOf(
  every: number,
  criteria: readonly Criterion[],
): (gone: number, toGo: number) => number {
  const longest = Math.min(...criteria.map(longestTick));
  return (gone, toGo) => {
    const together = 2 ** Math.max(0, Math.floor(Math.log2(gone / every / looks)));
    const most = Math.max(1, Math.min(together, Math.floor(longest / every), Math.ceil(toGo / every)));
    return most * every;
  };
}

/** It is judged by all its ticks together. */
export function isPooled(criterion: Criterion): boolean {
  const { comparison, maxRatio, minRatio } = criterion;
  return (
    comparison !== undefined || (isLimited(criterion) && maxRatio === undefined && minRatio === undefined)
  );
}

/** A copy's better and worse times must not be averaged away. */
function longestTick(criterion: Criterion): number {
  if (!isPooled(criterion)) return 0;
  const { comparison } = criterion;
  if (comparison === undefined) return Infinity;
  const { sd, minutes } = comparison.noise?.counts?.wander ?? { sd: 0, minutes: 0 };
  return sd === 0 ? Infinity : minutes * 20_000;
}
