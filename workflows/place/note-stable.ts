/** What others do to stable while a rollout runs, for the status and for people. */
import { movedText, movedTo, othersIn } from '../../src/domain/moved.ts';
import type { TrackState } from '../../src/domain/rollout.ts';
import { tell } from '../telling/notices.ts';
import type { Rollout } from '../state.ts';
import { show } from '../telling/story.ts';

/** Writes down what stable runs if someone else has changed it, and tells people once; null: nobody could tell. */
export function noteStable(rollout: Rollout, stable: TrackState | null): void {
  if (stable === null) return;
  const { status } = rollout.state;
  const { version, capabilities, deadStable } = status;
  // Where the canary is not beside stable, but in its place, its version there is the rollout's own doing.
  const versions = capabilities?.remove === true ? stable.versions : othersIn(stable, version);
  if (versions.length === 0 && stable.versions.length > 0) return;
  const now = movedTo(status.stable, { ...stable, versions }, deadStable !== undefined);
  if (now === (status.stableNow ?? null)) return;
  if (now === null) delete status.stableNow;
  else status.stableNow = now;
  show(rollout.state);
  if (now !== null) tell(rollout, 'stable-changed', movedText(now, status.stable));
}
