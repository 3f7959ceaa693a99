import { isWholeAndOther, movedTo } from '../../src/domain/moved.ts';
import { noTraffic } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { caughtUp, notReplaced } from '../place/behind.ts';
import { noteStable } from '../place/note-stable.ts';
import { readBack } from '../place/read-back.ts';
import { resize, shift } from '../place/verbs.ts';
import type { Rollout } from '../state.ts';
import { enter } from '../telling/story.ts';
import { TakeBack } from './take-back.ts';

/**
 * Brings the target to where the state stands: the users away from the canary first, then the canary and its traffic
 * as in the step in force.
 *
 * @throws TakeBack if stable is no longer the version that there is to go back to
 */
export async function catchUp(rollout: Rollout, weight: number): Promise<void> {
  const { plan, state } = rollout;
  const { place, position } = state;
  const { can, stable, split } = place;
  const { audience } = split;
  enter(
    state,
    state.story.phase,
    `The target has gone on without this rollout, which was reset in Temporal or restored from a backup: the canary may get up to ${String(split.weight)}% until it is brought back to where the rollout stands`,
  );
  if (can?.check === true) {
    const found = (await readBack(rollout, 'What does stable run by now?')).stable;
    const moved = found !== null && movedTo(stable.before, found, stable.dead !== undefined) !== null;
    if (moved && !isWholeAndOther(plan.version, found))
      throw new TakeBack(
        'rolled-back',
        `the rollout was reset in Temporal to a point before promotion, but stable runs ${versionsText(found.versions)}`,
      );
    noteStable(rollout, found);
    notReplaced(place);
  }
  await shift(rollout, noTraffic);
  if (position.at !== 'preparing') {
    if (place.share > 0) await resize(rollout, place.share);
    if (weight > 0 || audience !== null) await shift(rollout, { weight, audience });
    // What was counted meanwhile belongs to no step.
    Object.assign(state.watch, { lastTick: null, cursors: {} });
  }
  caughtUp(place);
}
