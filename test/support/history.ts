/** What a rollout's history says of its activities. */
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

/** An activity that was ordered, once however often it was tried. */
export interface Ordered {
  type: string;
  /** How many attempts it took; 0 while it is not over. */
  attempts: number;
  /** What it gave back; undefined if it did not. */
  result: unknown;
}

/** Every activity of the latest run, in the order in which they were ordered. */
export async function activitiesOf(handle: WorkflowHandle): Promise<Ordered[]> {
  const { events } = await handle.fetchHistory();
  const ordered = new Map<string, Ordered>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled)
      ordered.set(String(event.eventId), {
        type: scheduled.activityType?.name ?? '',
        attempts: 0,
        result: undefined,
      });
    const started = event.activityTaskStartedEventAttributes;
    const activity = ordered.get(String(started?.scheduledEventId));
    if (activity !== undefined) activity.attempts = started?.attempt ?? 0;
    const completed = event.activityTaskCompletedEventAttributes;
    const done = ordered.get(String(completed?.scheduledEventId));
    if (done !== undefined) done.result = decoded(completed?.result?.payloads);
  }
  return [...ordered.values()];
}

/** What the attempt under way of an activity has said last; undefined if there is none, or it has said nothing. */
export async function heartbeatOf(handle: WorkflowHandle, type: string): Promise<unknown> {
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === type);
  return decoded(pending?.heartbeatDetails?.payloads);
}

function decoded(payloads: Payload[] | null | undefined): unknown {
  const [payload] = payloads ?? [];
  return payload && defaultPayloadConverter.fromPayload(payload);
}
