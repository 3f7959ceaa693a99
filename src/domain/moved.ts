import type { TrackState } from './rollout.ts';
import { versionsText } from './versions.ts';

/**
 * What stable runs, where that is not what it ran when the rollout began: `1.4.1`, `1.4.0, 1.4.1` or `nothing`. Null
 * where nobody has changed it.
 *
 * @param before null where nothing ran
 * @param wasDead then its copies may be gone by now, and nobody has changed it
 */
export function movedTo(before: string | null, { versions }: TrackState, wasDead = false): string | null {
  if (wasDead && versions.length === 0) return null;
  const same = before === null ? versions.length === 0 : versions.length === 1 && versions[0] === before;
  return same ? null : versionsText(versions);
}

/** For people: what stable runs now, and what it ran before. */
export function movedText(now: string, before: string | null): string {
  return `stable runs ${now}, changed meanwhile by someone else; it was ${before ?? 'nothing'} when the rollout began`;
}

/** The versions in stable's place that are not the rollout's own: where a canary is not beside stable, it may be among them. */
export function othersIn({ versions }: TrackState, own: string): string[] {
  return versions.filter((version) => version !== own);
}

/** Every copy runs one version that is not this one, and is alive: nothing of a promotion to it is left. */
export function isWholeAndOther(version: string, { alive, versions }: TrackState): boolean {
  return alive && versions.length === 1 && versions[0] !== version;
}
