import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import type { LoadProgress } from '../../activities/generate-load.ts';

/** A load that was ordered and sends nothing yet. */
export interface WaitingLoad {
  /** ISO time: when it began to wait. */
  since: string;
  /** What it waits for: `for its turn: …`, or for a worker. */
  why: string;
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** As the enum `PendingActivityState` of Temporal's API has them. */
const scheduled = 1;
const started = 2;

/** A worker with a free slot takes a load up within this (ms). */
const takenUpWithin = 2_000;

/**
 * Why the load of a run sends nothing yet; null where none waits, or nobody can tell. The workflow does not know: the
 * worker tells the server each second.
 */
export async function waitingLoad(
  client: Client,
  run: WorkflowExecutionDescription,
): Promise<WaitingLoad | null> {
  const load = run.raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'generateLoad');
  if (load === undefined) return null;
  const state: number = load.state ?? 0;
  if (state === scheduled) return withoutWorker(load);
  const since = optionalTsToDate(load.lastStartedTime);
  if (state !== started || since === undefined) return null;
  const progress = await progressOf(client, load);
  return progress !== null && 'waiting' in progress
    ? { since: since.toISOString(), why: progress.waiting }
    : null;
}

function withoutWorker({ scheduledTime }: Pending): WaitingLoad | null {
  const since = optionalTsToDate(scheduledTime);
  if (since === undefined || Date.now() - since.getTime() < takenUpWithin) return null;
  return {
    since: since.toISOString(),
    why: 'for a worker: none has a free slot for it (COALMINE_LOAD_SLOTS), or its last attempt failed',
  };
}

/** Null before it has told anything, and where it is encrypted with a key that is not here. */
async function progressOf({ options }: Client, { heartbeatDetails }: Pending): Promise<LoadProgress | null> {
  const { payloadCodecs, payloadConverter } = options.loadedDataConverter;
  let [details] = heartbeatDetails?.payloads ?? [];
  try {
    for (const codec of payloadCodecs.toReversed())
      [details] = details === undefined ? [] : await codec.decode([details]);
    if (details === undefined) return null;
    return payloadConverter.fromPayload<LoadProgress | undefined>(details) ?? null;
  } catch {
    return null;
  }
}
