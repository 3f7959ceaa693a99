import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { ProtoFailure } from '@temporalio/common';
import { keptText } from '../text/kept-text.ts';
import { ofWorkflows, pollersOf } from '../temporal/pollers.ts';
import { answerWithin, soon } from './soon.ts';
import { duration } from '../text/duration.ts';

/** A worker has asked the server for work not long ago, but is not heard of. */
export const unanswered =
  `no worker answered within ${duration(answerWithin)}, though one ran within the last five minutes: ` +
  'it is busy or has stopped, "coalmine doctor" says more';

/** The most that is shown of why a workflow task failed, in bytes as JSON. */
const longestReason = 200;

/**
 * Why no worker can act on an open rollout, with what to do: `no worker is running: start one with "coalmine worker"`.
 * Null where the server knows of nothing that stops one: it may be busy, or have stopped within the last five minutes.
 */
export async function obstacle(client: Client, run: WorkflowExecutionDescription): Promise<string | null> {
  const pollers = await soon(client, () =>
    pollersOf(client, client.options.namespace, run.taskQueue, ofWorkflows),
  );
  if (pollers.length === 0) return 'no worker is running: start one with "coalmine worker"';
  const attempts = run.raw.pendingWorkflowTask?.attempt ?? 0;
  if (attempts < 2) return null;
  const reason = await failureOf(client, run);
  if (reason === null) return null;
  return (
    `no worker can carry on with it, its workflow task has failed ${String(attempts - 1)} times ` +
    `(${keptText(reason, longestReason)}): bring all workers to the newest version, and see "coalmine doctor"`
  );
}

/** How far back the latest workflow task is looked for: messages may have come after it. */
const latest = 100;

/** Null if the latest workflow task did not fail: that of a worker that was killed has timed out. */
async function failureOf(client: Client, { workflowId, runId }: WorkflowExecutionDescription) {
  const { history } = await soon(client, () =>
    client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: latest,
    }),
  );
  const last = history?.events?.find(
    (event) =>
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes ??
      event.workflowTaskCompletedEventAttributes,
  );
  const failed = last?.workflowTaskFailedEventAttributes;
  return failed ? messageOf(client, failed.failure ?? {}) : null;
}

/** The failure's message, which is in a payload where workers encrypt. */
async function messageOf(client: Client, failure: ProtoFailure): Promise<string> {
  const { payloadCodecs, failureConverter, payloadConverter } = client.options.loadedDataConverter;
  let attributes = failure.encodedAttributes ? [failure.encodedAttributes] : [];
  try {
    for (const codec of payloadCodecs.toReversed()) attributes = await codec.decode(attributes);
  } catch {
    return 'its reason is encrypted with a key that is not here';
  }
  const read = { ...failure, cause: null, encodedAttributes: attributes[0] ?? null };
  return failureConverter.failureToError(read, payloadConverter).message || 'no reason given';
}
