import type { Counts } from '../sequential/rate-ratio.ts';

/** Users of each arm who were counted at this weight. */
export type UserCounts = [canary: number, stable: number];

export const noUsers: UserCounts = [0, 0];

/**
 * So many users are taken as split by the weight before the first one is counted. A user who was counted earlier in the day
 * may have an event before the canary has counted anyone.
 */
const before = 100;

/** The users of a tick: its source counts each at the first request, and once more with an event. */
export function withUsers([canary, stable]: UserCounts, counts: Counts): UserCounts {
  return [
    canary + counts.canaryExposure - counts.canaryEvents,
    stable + counts.stableExposure - counts.stableEvents,
  ];
}

/**
 * The events of a tick, out of all users of each arm until then. The users who were counted in the tick alone would not do:
 * who has an event is among them, so that a small arm would seem larger just when it has one.
 *
 * @param users after the tick
 * @param share of the users that the canary should get, of one; undefined where nobody knows
 */
export function amongUsers([canary, stable]: UserCounts, counts: Counts, share: number | undefined): Counts {
  const [of, to] = share === undefined ? [0, 0] : [share, 1 - share];
  return {
    ...counts,
    canaryExposure: Math.max(counts.canaryEvents, canary + before * of),
    stableExposure: Math.max(counts.stableEvents, stable + before * to),
  };
}
