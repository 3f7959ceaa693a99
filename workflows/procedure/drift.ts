/** The place is not the rollout's alone: someone else may change the split, or stable may stop answering. */
import { downText, exceeds, splitDriftText } from '../../src/domain/drift.ts';
import type { HoldCause } from '../../src/domain/rollout.ts';
import { continueIfLong } from '../engine/long.ts';
import { wishOf } from '../people/asked.ts';
import { acceptDown, acceptSplit, shift } from '../place/verbs.ts';
import type { Rollout, RolloutState } from '../state.ts';
import { hold } from '../telling/story.ts';
import { mayAct } from './may-act.ts';
import { TakeBack } from './take-back.ts';
import { watchChapter } from './watch.ts';

/** What is watched while nothing can be decided, in one go (ms); what changes in the place ends it sooner. */
const stretch = 600_000;

/**
 * Comes back once the canary has what was ordered for it and there is a stable to go back to, or a person says promote,
 * having been told. Until then the weight is held, and only limits are judged.
 *
 * @throws TakeBack when the canary has or gets what nobody ordered, or fails, while there is a stable to go back to
 */
export async function holdWhileDrifted(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  for (;;) {
    checkPlace(rollout);
    const held = heldBy(rollout);
    if (held === null) return;
    if (held.cause === 'split-changed' && state.verdict?.kind === 'fail')
      throw new TakeBack('rolled-back', state.verdict.because);
    const news = hold(state, held.cause, held.text);
    // What was said before does not count: whoever said it may not have known.
    if (news) Object.assign(state.asked, { promote: null, retry: false });
    const isPromoted = (): boolean => wishOf(state)?.verb === 'promote';
    const until = (): boolean => isPromoted() || state.asked.retry;
    await watchChapter(rollout, { remaining: stretch, passAfter: null, until, deadline: Infinity });
    if (isPromoted()) {
      if (held.cause === 'stable-down') acceptDown(state.place);
      // Of a split that gives the canary more, the text has told as well.
      const told = held.cause === 'split-changed' || excessOf(state) !== null;
      if (state.place.splitNow !== undefined && told) acceptSplit(state.place);
    }
    if (state.asked.retry) await orderAgain(rollout);
    await continueIfLong(rollout);
  }
}

/**
 * Asked wherever a rollout waits with traffic on the canary.
 *
 * @throws TakeBack when the canary has or gets what nobody ordered, while there is a stable to go back to
 */
export function checkPlace({ state }: Rollout): void {
  const why = excessOf(state);
  if (why !== null && state.place.stable.down !== true) throw new TakeBack('rolled-back', why);
}

/** Why the canary is not what the rollout has deployed, or gets more than was ordered; null: it does not. */
function excessOf({ place: { spoilt, split, splitNow, allowed, can } }: RolloutState): string | null {
  if (spoilt !== undefined) return spoilt;
  if (splitNow === undefined || !exceeds({ ...splitNow, granularity: can?.granularity }, split, allowed))
    return null;
  return splitDriftText(splitNow, split);
}

function heldBy({ plan, state }: Rollout): { cause: HoldCause; text: string } | null {
  const { place, verdict } = state;
  const { stable, split, splitNow, splitAccepted } = place;
  if (stable.down === true && stable.acceptedDown !== true) {
    const fails = verdict?.kind === 'fail' ? `the canary fails: ${verdict.because}` : null;
    const all = [downText(stable.before), excessOf(state), fails];
    const why = all.filter((text) => text !== null).join('; ');
    return {
      cause: 'stable-down',
      text: `Holding the weight: ${why}. It goes on once stable answers again. Promote to replace stable with ${plan.version}, or abort to give stable the traffic all the same`,
    };
  }
  if (splitNow === undefined || splitAccepted === true) return null;
  return {
    cause: 'split-changed',
    text: `Holding: ${splitDriftText(splitNow, split)}, which shows nothing about this step. It goes on once that is in force again. Resume to put it in force, promote to skip the remaining steps, or abort to take the canary back`,
  };
}

/** Puts the split of the step in force over what someone else has made of it. */
async function orderAgain(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  state.asked.retry = false;
  await mayAct(rollout);
  await shift(rollout, { ...state.place.split, weight: state.place.allowed ?? state.place.split.weight });
}
