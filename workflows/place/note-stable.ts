/** What others do to stable while a rollout runs, for the status and for people. */
import { movedText, movedTo, othersIn } from '../../src/domain/moved.ts';
import type { TrackState } from '../../src/domain/rollout.ts';
import type { Rollout } from '../state.ts';
import { tell } from '../telling/notices.ts';
import { show } from '../telling/story.ts';
import type { Place } from './place.ts';

/** Writes down what stable runs if someone else has changed it, and tells people once; null: nobody could tell. */
export function noteStable(rollout: Rollout, found: TrackState | null): void {
  if (found === null) return;
  const { version } = rollout.state;
  const { can, stable }: Place = rollout.state.place;
  // Where the canary is not beside stable, but in its place, its version there is the rollout's own doing.
  const versions = can?.remove === true ? found.versions : othersIn(found, version);
  if (versions.length === 0 && found.versions.length > 0) return;
  const now = movedTo(stable.before, { ...found, versions }, stable.dead !== undefined);
  if (now === (stable.now ?? null)) return;
  if (now === null) delete stable.now;
  else stable.now = now;
  show(rollout.state);
  if (now !== null) tell(rollout, 'stable-changed', movedText(now, stable.before));
}

/**
 * Writes down what stable is at the end of a take-back or a promotion.
 *
 * @param moved what it runs in place of what was expected, by someone else's doing; null: it is what was expected
 */
export function noteEnd(
  { stable }: Place,
  found: TrackState,
  moved: string | null,
  backToDead: boolean,
): void {
  if (backToDead) stable.backTo = { alive: found.alive, versions: found.versions };
  if (moved === null) delete stable.now;
  else stable.now = moved;
}
