import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { RolloutSpec } from '../src/spec/schema.ts';
import { carriedVersion, type Carried, type Rollout } from './state.ts';

/** Goes on as a new run where the history has grown long; nothing runs beside it at this point. */
export async function continueIfLong({ spec, plan, state }: Rollout): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested) return;
  await continueAsNew<(spec: RolloutSpec, carried: Carried) => Promise<unknown>>(spec, {
    version: carriedVersion,
    plan,
    state,
  });
}
