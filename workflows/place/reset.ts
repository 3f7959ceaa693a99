import { CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import { thinking } from '../engine/activities.ts';
import type { RolloutState } from '../state.ts';
import { fallBehind } from './behind.ts';

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
