import { condition } from '@temporalio/workflow';
import { isWholeAndOther, movedTo } from '../../src/domain/moved.ts';
import { runsOnly, type TrackState } from '../../src/domain/rollout.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { sentenceOf } from '../engine/failures.ts';
import { decideOn, isForward } from '../position.ts';
import { wishOf } from '../people/asked.ts';
import { continueRollout, isCrowded } from '../engine/long.ts';
import { tell } from '../telling/notices.ts';
import { readBack } from '../place/read-back.ts';
import { abandoned } from './settle.ts';
import type { Rollout, RolloutState } from '../state.ts';
import { enter } from '../telling/story.ts';

/**
 * What stands in the way of taking the canary back, in a few words; null while nothing does: as long as promotion
 * has not begun to replace stable. Once it has, the canary may be the only healthy copy.
 */
export async function obstacle(rollout: Rollout): Promise<string | null> {
  const { plan, state } = rollout;
  const { place, position } = state;
  if (!place.undo.stable) return null;
  await rollout.going;
  try {
    const { stable } = await readBack(rollout, 'Does stable still run the earlier version?');
    if (stable === null) return 'the target cannot tell what stable runs';
    if (runsOnly(place.stable.before, stable) || isWholeAndOther(plan.version, stable)) return null;
    if (!isForward(position) && position.ending.outcome === 'aborted' && isDeadAsBefore(place, stable))
      return null;
    return `stable runs ${versionsText(stable.versions)}${stable.alive ? '' : ', not alive'}`;
  } catch (reason) {
    return `what stable runs cannot be read: ${sentenceOf(reason)}`;
  }
}

/** As dead as when the rollout began: only a person may say that this is what to go back to. */
function isDeadAsBefore({ stable: { before, dead } }: RolloutState['place'], stable: TrackState): boolean {
  return dead !== undefined && movedTo(before, stable, true) === null;
}

/**
 * Calls a person and waits: `promote` comes back to go forward again, `abort` to see whether the earlier version
 * is whole again.
 *
 * @throws ApplicationFailure `Abandoned`, which fails the workflow
 */
export async function halt(rollout: Rollout, why: string): Promise<void> {
  const { state } = rollout;
  const { position } = state;
  if (isForward(position)) throw new Error('a rollout that goes forward is not halted');
  const { ending, from } = position;
  if (position.at !== 'halted') {
    state.position = { at: 'halted', ending, from };
    enter(
      state,
      'halted',
      `Halted in mid-promotion, ${why}: ${ending.cause}. Promote to go forward again, abort once stable is the earlier version again, or abandon`,
    );
    tell(rollout, 'halted', state.story.doing);
    Object.assign(state.asked, { promote: null, abort: null });
  }
  await condition(() => wishOf(state) !== null || isCrowded(rollout));
  const wish = wishOf(state);
  if (wish === null) await continueRollout(rollout);
  if (wish?.verb === 'abandon') throw await abandoned(rollout, `${wish.text}; ${ending.cause}`);
  if (wish?.verb === 'abort') decideOn(state, { outcome: 'aborted', cause: wish.text });
  if (wish?.verb === 'promote') state.position = { at: 'promoting' };
}
