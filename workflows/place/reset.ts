import { CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import { isWholeAndOther, movedTo } from '../../src/domain/moved.ts';
import { noTraffic } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { thinking } from '../engine/activities.ts';
import { fallBehind } from './behind.ts';
import { deployCanary, shiftTraffic } from './effect.ts';
import { TakeBack } from '../procedure/ending.ts';
import { noteStable } from './note-stable.ts';
import { readBack } from './read-back.ts';
import type { Rollout, RolloutState } from '../state.ts';
import { enter } from '../telling/story.ts';

/**
 * Notices that the run was reset in Temporal: it stands where an abandoned run stood earlier, while the target stands
 * where that one left it. In the first workflow task after a reset, before anything else acts on it, the state falls
 * behind, as {@link fallBehind} says.
 *
 * A patch marks the place in the history, so that a replay notices it at the same one. The n-th patch is the n-th reset;
 * an activity writes down which run that one led to, so that a reset of a reset run is told from the first one.
 */
export function noticeResets(state: RolloutState): void {
  const { originalExecutionRunId, runId } = workflowInfo();
  const led: { resets: number; to: string | null } = { resets: 0, to: originalExecutionRunId || runId };
  const notice = (): boolean => {
    const { runId, unsafe } = workflowInfo();
    if (led.to === null || (led.to === runId && !unsafe.isReplaying)) return false;
    if (!patched(`reset-${String(led.resets + 1)}`)) return false;
    led.resets += 1;
    led.to = null;
    fallBehind(state);
    void CancellationScope.nonCancellable(async () => {
      led.to = await thinking('Note which run the reset led to').nameRun();
    });
    return false;
  };
  // Never fulfilled: it is asked at each step of the workflow.
  void CancellationScope.nonCancellable(() => condition(notice));
}

/**
 * Brings the target to where the state stands: the users away from the canary first, then the canary and its traffic
 * as in the step in force.
 *
 * @throws TakeBack if stable is no longer the version that there is to go back to
 */
export async function catchUp(rollout: Rollout, weight: number): Promise<void> {
  const { plan, state } = rollout;
  const { status, watch } = state;
  const { audience } = status;
  enter(
    state,
    state.doing,
    `The target has gone on without this rollout, which was reset in Temporal or restored from a backup: the canary may get up to ${String(status.weight)}% until it is brought back to where the rollout stands`,
  );
  if (status.capabilities?.check === true) {
    const { stable } = await readBack(rollout, 'What does stable run by now?');
    const moved = stable !== null && movedTo(status.stable, stable, status.deadStable !== undefined) !== null;
    if (moved && !isWholeAndOther(plan.version, stable))
      throw new TakeBack(
        'rolled-back',
        `the rollout was reset in Temporal to a point before promotion, but stable runs ${versionsText(stable.versions)}`,
      );
    noteStable(rollout, stable);
    state.undo.stable = false;
  }
  await shiftTraffic(rollout, noTraffic);
  if (state.prepared) {
    if (state.share > 0) await deployCanary(rollout, state.share);
    if (weight > 0 || audience !== null) await shiftTraffic(rollout, { weight, audience });
    // What was counted meanwhile belongs to no step.
    Object.assign(watch, { lastTick: null, cursors: {} });
  }
  state.behind = null;
}
