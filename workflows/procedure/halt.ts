import { condition } from '@temporalio/workflow';
import { isWholeAndOther, movedTo } from '../../src/domain/moved.ts';
import { runsOnly, type TrackState } from '../../src/domain/rollout.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { sentenceOf } from './ending.ts';
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
  if (!state.undo.stable) return null;
  await rollout.going;
  try {
    const { stable } = await readBack(rollout, 'Does stable still run the earlier version?');
    if (stable === null) return 'the target cannot tell what stable runs';
    if (runsOnly(state.status.stable, stable) || isWholeAndOther(plan.version, stable)) return null;
    if (state.ending?.outcome === 'aborted' && isDeadAsBefore(state, stable)) return null;
    return `stable runs ${versionsText(stable.versions)}${stable.alive ? '' : ', not alive'}`;
  } catch (reason) {
    return `what stable runs cannot be read: ${sentenceOf(reason)}`;
  }
}

/** As dead as when the rollout began: only a person may say that this is what to go back to. */
function isDeadAsBefore({ status }: RolloutState, stable: TrackState): boolean {
  return status.deadStable !== undefined && movedTo(status.stable, stable, true) === null;
}

/**
 * Calls a person and waits: `promote` comes back to go forward again, `abort` to see whether the earlier version
 * is whole again.
 *
 * @throws ApplicationFailure `Abandoned`, which fails the workflow
 */
export async function halt(rollout: Rollout, why: string): Promise<void> {
  const { state } = rollout;
  const { asked, status } = state;
  const cause = state.ending?.cause ?? '';
  if (state.stillHalted !== true) {
    enter(
      state,
      'halted',
      `Halted in mid-promotion, ${why}: ${cause}. Promote to go forward again, abort once stable is the earlier version again, or abandon`,
    );
    tell(rollout, 'halted', status.doing);
    Object.assign(asked, { promote: null, abort: null });
  }
  const called = (): boolean => asked.promote !== null || asked.abort !== null || asked.abandon !== null;
  await condition(() => called() || isCrowded(rollout));
  state.stillHalted = !called();
  if (state.stillHalted) await continueRollout(rollout);
  if (asked.abandon !== null) throw await abandoned(rollout, `${asked.abandon}; ${cause}`);
  if (asked.abort !== null) state.ending = { outcome: 'aborted', cause: asked.abort };
}
