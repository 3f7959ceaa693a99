import { continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import type { RolloutSpec } from '../src/spec/schema.ts';
import { carriedOn } from './carry.ts';
import type { Carried, Rollout } from './state.ts';

/** Messages of one run: the server takes 2,000 updates and 10,000 signals, and none beyond, not even an abort. */
const mostMessages = 500;

/** Bytes of one run's history: the server ends a workflow at 50 MiB, and a message has up to 2. */
const mostBytes = 8 * 1024 * 1024;

/**
 * Whether so much has been said to this run that it may reach a limit of the server while it waits: it must not wait for
 * the end of what is under way.
 */
export function isCrowded({ said }: Rollout): boolean {
  const crowded = said.count >= mostMessages || workflowInfo().historySize >= mostBytes;
  // Asked only where it counts: a patch is an event of the history.
  return crowded && patched('continue-while-waiting');
}

/** Goes on as a new run where the history has grown long; nothing runs beside it at this point. */
export async function continueIfLong(rollout: Rollout): Promise<void> {
  if (workflowInfo().continueAsNewSuggested || isCrowded(rollout)) await continueRollout(rollout);
}

/** Goes on as a new run, which begins where the state stands. */
export async function continueRollout(rollout: Rollout): Promise<void> {
  await continueAsNew<(spec: RolloutSpec, carried: Carried) => Promise<unknown>>(
    rollout.spec,
    carriedOn(rollout),
  );
}
