import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { rollout as workflow } from './rollout.ts';
import type { Rollout } from './state.ts';

/** Goes on as a new run where the history has grown long; nothing runs beside it at this point. */
export async function continueIfLong({ spec, plan, state }: Rollout): Promise<void> {
  if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof workflow>(spec, { plan, state });
}
