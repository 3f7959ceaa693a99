import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { searchAttributeKeys as keys } from '../../workflows/messages.ts';
import { rolloutId, taskQueues } from '../domain/surface.ts';
import type { RolloutSpec } from '../spec/schema.ts';
import { summaryText } from '../text/markdown.ts';
import type { RolloutWorkflow } from './look.ts';
import { soon } from './soon.ts';

/** Starts the workflow of a rollout; null where one of the same service is open. */
export async function begin(
  client: Client,
  spec: RolloutSpec,
): Promise<{ rollout: string; runId: string } | null> {
  const workflowId = rolloutId(spec.service);
  try {
    const handle = await soon(client, () =>
      client.workflow.start<RolloutWorkflow>('rollout', {
        args: [spec],
        workflowId,
        taskQueue: taskQueues.effects,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: summaryText(`${spec.service} ${spec.version}`),
        typedSearchAttributes: new TypedSearchAttributes([
          { key: keys.service, value: spec.service },
          { key: keys.version, value: spec.version },
        ]),
      }),
    );
    return { rollout: workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}
