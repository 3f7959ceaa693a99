import { patched } from '@temporalio/workflow';
import { isWholeAndOther, movedTo } from '../../src/domain/moved.ts';
import { noTraffic } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { caughtUp, mayBeReplaced, notReplaced } from '../place/behind.ts';
import { unsettledFor } from '../place/late.ts';
import { noteStable } from '../place/note-stable.ts';
import { readBack } from '../place/read-back.ts';
import { resize, shift } from '../place/verbs.ts';
import type { Rollout } from '../state.ts';
import { enter, show } from '../telling/story.ts';
import { outwait } from './may-act.ts';
import { TakeBack } from './take-back.ts';

/**
 * Brings the target to where the state stands: the users away from the canary first, then the canary and its traffic
 * as in the step in force. A pause does not hold it up.
 *
 * @throws TakeBack if stable is no longer the version that there is to go back to
 */
export async function catchUp(rollout: Rollout, weight: number): Promise<void> {
  const { state } = rollout;
  const { place, position, story } = state;
  const { audience } = place.split;
  enter(
    state,
    story.phase,
    `The target has gone on without this rollout, which was reset in Temporal or restored from a backup: the canary may get up to ${String(place.split.weight)}% until it is brought back to where the rollout stands`,
  );
  await checkStable(rollout);
  await shift(rollout, noTraffic);
  // Before it is surveyed, nobody knows whether the target refuses what comes late: that is waited for after it.
  if (position.at !== 'preparing') {
    if (await outwaitEarlier(rollout)) await checkStable(rollout);
    if (place.share > 0) await resize(rollout, place.share);
    if (weight > 0 || audience !== null) await shift(rollout, { weight, audience });
    // What was counted meanwhile belongs to no step.
    Object.assign(state.watch, { lastTick: null, cursors: {} });
  }
  caughtUp(place);
  state.story = story;
  show(state);
}

/**
 * Where an effect that was ordered before, as by the run that a reset abandoned, may come late, and the target would not
 * refuse it: waits until none can, and takes away the traffic that one may have given the canary.
 *
 * @returns whether it had to wait
 */
export async function outwaitEarlier(rollout: Rollout): Promise<boolean> {
  const { place, position } = rollout.state;
  // Rollouts of before did not wait.
  if (unsettledFor(place) === 0 || !patched('outwait-earlier')) return false;
  // It may be a promotion. While it is being prepared, preflight asks anew what is stable.
  if (position.at !== 'preparing') mayBeReplaced(place);
  await outwait(rollout, 'an effect that was ordered before may still be under way');
  await shift(rollout, noTraffic);
  return true;
}

/** Stable is what there is to go back to, as far as the target can tell. */
async function checkStable(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  const { can, stable } = state.place;
  if (can?.check !== true) return;
  const found = (await readBack(rollout, 'What does stable run by now?')).stable;
  const moved = found !== null && movedTo(stable.before, found, stable.dead !== undefined) !== null;
  if (moved && !isWholeAndOther(plan.version, found))
    throw new TakeBack(
      'rolled-back',
      `the rollout was reset in Temporal to a point before promotion, but stable runs ${versionsText(found.versions)}`,
    );
  noteStable(rollout, found);
  notReplaced(state.place);
}
