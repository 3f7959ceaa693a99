import { CancelledFailure, patched } from '@temporalio/workflow';
import { isForward } from '../position.ts';
import { now, type RolloutState } from '../state.ts';
import { show } from '../telling/story.ts';
import { mayStillAct } from './late.ts';
import { timesOf, type Place } from './place.ts';

/**
 * The target is further on than the state says: effects get a new epoch, the server's time, so that the target accepts
 * them; everything that may have to be undone is taken to be there; and the split is the most that the canary may
 * get. While the rollout goes forward, the target is then brought to where the state stands.
 */
export function fallBehind(state: RolloutState): void {
  const { position } = state;
  const place: Place = state.place;
  const { undo, behind, split, can, most } = place;
  place.fence = { epoch: now(), number: 0 };
  // An attempt that an abandoned run ordered hears at its next heartbeat that it is over.
  mayStillAct(place, now(), timesOf(place).settle);
  place.behind = { weight: behind?.weight ?? split.weight };
  undo.traffic = true;
  undo.canary = true;
  mayBeReplaced(place);
  // Until it has said what it can do, the target may be one that is given all of the traffic in the promotion.
  place.split = { ...split, weight: Math.max(split.weight, can === null ? 100 : most) };
  if (position.at === 'preparing') position.surveyed = false;
  show(state);
}

/** Stable may have been replaced, or still be, by a promotion that the state knows nothing of; a target that can tell is asked. */
export function mayBeReplaced({ can, undo }: Place): void {
  undo.stable ||= can?.check === true;
}

/** Stable was read back as what the rollout has not replaced. */
export function notReplaced(place: Place): void {
  place.undo.stable = false;
}

/** The target is where the state stands, or a person has said to go on from where it is. */
export function caughtUp(place: Place): void {
  place.behind = null;
}

/**
 * The target's answer to what was ordered in `epoch` says nothing of what it is by now, if the rollout has fallen behind
 * meanwhile: a rollout that goes forward stops there, catches up, and orders it again.
 *
 * @throws CancelledFailure then
 */
export function checkEpoch({ place, position }: RolloutState, epoch: number): void {
  // Rollouts of before went on as if it were done.
  if (place.fence.epoch !== epoch && isForward(position) && patched('not-done-behind'))
    throw new CancelledFailure('the target has gone on without the rollout');
}
