/** What others do to stable while a rollout runs, for the status and for people. */
import { patched } from '@temporalio/workflow';
import { downText, isDown, stableNow, type Known } from '../../src/domain/drift.ts';
import { movedText } from '../../src/domain/moved.ts';
import type { TrackState } from '../../src/domain/rollout.ts';
import type { Rollout } from '../state.ts';
import { tell } from '../telling/notices.ts';
import { show } from '../telling/story.ts';
import type { Place, ReadOnly } from './place.ts';

/** What is known of stable, and which version in its place is the rollout's own doing. */
export function stableKnown({ can, stable }: ReadOnly<Place>, version: string): NonNullable<Known['stable']> {
  return {
    before: stable.before,
    now: stable.now ?? null,
    down: stable.down === true,
    wasDead: stable.dead !== undefined,
    own: can?.remove === true ? null : version,
  };
}

/** Writes down what others have made of stable, and tells people once; null: nobody could tell. */
export function noteStable(rollout: Rollout, found: TrackState | null): void {
  if (found === null) return;
  noteMoved(rollout, found);
  noteDown(rollout, found);
}

function noteMoved(rollout: Rollout, found: TrackState): void {
  const { version } = rollout.state;
  const place: Place = rollout.state.place;
  const { stable } = place;
  const now = stableNow(stableKnown(place, version), found);
  if (now === (stable.now ?? null)) return;
  if (now === null) delete stable.now;
  else stable.now = now;
  show(rollout.state);
  if (now !== null) tell(rollout, 'stable-changed', movedText(now, stable.before));
}

/** One that was dead from the start is nobody's news. Nor is one that is being replaced, or has the canary in its place. */
function noteDown(rollout: Rollout, found: TrackState): void {
  const { can, stable, undo }: Place = rollout.state.place;
  if (stable.before === null || stable.dead !== undefined || can?.remove !== true || undo.stable) return;
  const down = isDown(found);
  // Rollouts of before did not look at that.
  if (down === (stable.down === true) || !patched('stable-down')) return;
  delete stable.acceptedDown;
  if (down) stable.down = true;
  else delete stable.down;
  show(rollout.state);
  if (down) tell(rollout, 'stable-down', downText(stable.before));
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
