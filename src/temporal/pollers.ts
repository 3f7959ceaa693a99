import type { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';

type Described = Parameters<Connection['workflowService']['describeTaskQueue']>[0];

/** The types of a task queue, in the API's numbers. */
// Their enum lies in a package that only its declarations are known of.
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment */
export const ofWorkflows = 1 as NonNullable<Described['taskQueueType']>;
export const ofActivities = 2 as NonNullable<Described['taskQueueType']>;
/* eslint-enable */

/** A worker that asked the server for tasks. */
export interface Poller {
  identity: string;
  /** By the server's clock, ms since 1970. */
  at: number;
}

/** Who asked for tasks of a queue. The server forgets a poll after five minutes. */
export async function pollersOf(
  { workflowService }: Pick<Connection, 'workflowService'>,
  namespace: string,
  name: string,
  taskQueueType: typeof ofWorkflows,
): Promise<Poller[]> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType,
  });
  return pollers.map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    at: tsToMs(lastAccessTime),
  }));
}
