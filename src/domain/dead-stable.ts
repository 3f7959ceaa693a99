/** A release that repairs a dead stable: nothing is compared with it, and what a take-back goes back to is dead. */
import type { TrackState } from './rollout.ts';

/** What a spec says in `despite` so that a dead stable is released over. */
export const stableIsDead = 'stable-is-dead';

/** Stable was dead when the rollout began, and the spec says so. */
export interface DeadStable {
  /** The metrics of which a comparison with stable is left out. */
  uncompared: string[];
}

/** For people: that stable was dead, and what that leaves out. */
export function deadText(stable: string | null, { uncompared }: DeadStable): string {
  const leftOut = uncompared.length === 0 ? '' : `; not compared with it: ${uncompared.join(', ')}`;
  return `${wasDead(stable)}${leftOut}`;
}

/**
 * For people: where a take-back has left the traffic.
 *
 * @param now what stable was read back as; null where nobody could tell
 */
export function backToDeadText(stable: string | null, now: TrackState | null): string {
  if (now === null) return `the traffic should be back on ${back(stable)}`;
  if (now.versions.length === 0) return `the traffic is back on ${back(stable)}, and no copy of it runs now`;
  return `the traffic is back on ${back(stable)} and ${now.alive ? 'is alive now' : 'is still dead'}`;
}

function back(stable: string | null): string {
  return `${stable ?? 'stable'}, which was dead when the rollout began`;
}

function wasDead(stable: string | null): string {
  return `stable${stable === null ? '' : ` ${stable}`} was dead when the rollout began`;
}
