/** What is done to, and asked of, the run of a rollout that is the latest by now. */
import type { WorkflowHandle } from '@temporalio/client';
import { expect, vi } from 'vitest';
import type { Procedure, Run } from './procedure.ts';

function latestOf({ env }: Procedure, { handle }: Run): WorkflowHandle {
  return env.client.workflow.getHandle(handle.workflowId);
}

/** What the Web UI shows. */
export async function detailsOf(procedure: Procedure, run: Run): Promise<string> {
  const { currentDetails } = await latestOf(procedure, run).query<{ currentDetails?: string }>(
    '__temporal_workflow_metadata',
  );
  return currentDetails ?? '';
}

/** More than a run takes, without effect; returns once a new run has begun. */
export async function crowd(procedure: Procedure, run: Run): Promise<void> {
  const latest = latestOf(procedure, run);
  const { runId } = await latest.describe();
  for (let round = 0; round < 26; round += 1)
    await Promise.all(Array.from({ length: 20 }, () => latest.signal('reject', { gate: 99 })));
  await vi.waitFor(async () => expect((await latest.describe()).runId).not.toBe(runId), {
    timeout: 20_000,
    interval: 50,
  });
}
