import type { Criterion } from '../criteria.ts';
import type { Counted } from '../sequential/share-limit.ts';

/** One limit of a metric, as the largest share of requests that may be events. */
export interface Limit {
  /** Of one. */
  share: number;
  /** It was written as a minimum: what it counts as events are the requests that are none. */
  isLeast: boolean;
}

/** Of so many requests it is sure, and it is possible, that they are events: buckets end beside a limit. */
export type Tally = readonly [total: number, least: number, most: number];

/**
 * It is held to a limit of a share of requests, and does not ask to be judged look by look: it fails once the limit is shown
 * to be exceeded, and passes once it is shown to be kept.
 */
export function isLimited(criterion: Criterion): boolean {
  const { kind, max, min, failures, comparison } = criterion;
  if (comparison !== undefined || failures !== undefined) return false;
  return kind === 'rate' ? max !== undefined || min !== undefined : kind === 'latency' && max !== undefined;
}

/** The spec does not say how its events come. */
export function lacksDispersion(criterion: Criterion): boolean {
  return isLimited(criterion) && criterion.dispersion === undefined;
}

/** A percentile that lies below a time is a share of slower requests. */
export function limitsOf({ kind, max, min, percentile = 99 }: Criterion): Limit[] {
  if (kind === 'latency') return [{ share: (100 - percentile) / 100, isLeast: false }];
  return [
    ...(max === undefined ? [] : [{ share: max, isLeast: false }]),
    ...(min === undefined ? [] : [{ share: 1 - min, isLeast: true }]),
  ];
}

/** Of so many requests it is sure that they are against the limit. */
export function surely({ isLeast }: Limit, [total, least, most]: Tally): Counted {
  return { events: isLeast ? total - most : least, total };
}

/** Of so many requests it is possible that they are against the limit. */
export function possibly({ isLeast }: Limit, [total, least, most]: Tally): Counted {
  return { events: isLeast ? total - least : most, total };
}
