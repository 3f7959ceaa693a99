import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { missingSearchAttributes, registeringCommands } from '../temporal/search-attributes.ts';
import { ofActivities } from '../temporal/pollers.ts';
import { ok, problem, warning, type Finding } from './finding.ts';
import { duration } from '../text/duration.ts';

/** A server and the namespace in it. */
export interface Place {
  connection: Connection;
  address: string;
  namespace: string;
  /** Who named the server. */
  source: string;
}

/** A clock may be this far off the server's before it is worth a word (ms). */
const tolerated = 1_000;

/** How long the server may hold the doctor's poll, and how long it may take to note it (ms). */
const longPoll = 30_000;
const patience = 10_000;

/** The server answers; which one it is, and who named it. */
export async function lookAtServer({ connection, address, source }: Place): Promise<Finding> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return ok('server', `Temporal ${serverVersion} answers at ${address} (from ${source})`);
}

/** The namespace is there and keeps what has ended for a while. */
export async function lookAtNamespace({ connection, address, namespace }: Place): Promise<Finding> {
  const days = '90';
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const kept = tsToMs(config?.workflowExecutionRetentionTtl) / 86_400_000;
    const text = `${namespace} keeps rollouts that have ended for ${String(Math.round(kept))} days`;
    if (kept >= 7) return ok('namespace', text);
    const command = `temporal operator namespace update --address ${address} --namespace ${namespace} --retention ${days}d`;
    return warning('namespace', `${text}: a release is often asked about later`, command);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return problem(
      'namespace',
      `${namespace} is not on this server`,
      `temporal operator namespace create --address ${address} --namespace ${namespace} --retention ${days}d`,
      'or set TEMPORAL_NAMESPACE to one that is there',
    );
  }
}

function isNotFound(error: unknown): boolean {
  return isGrpcServiceError(error) && (error.code as number) === 5;
}

/** What rollouts are searched by is registered: without it every rollout would hang. */
export async function lookAtSearchAttributes({ connection, address, namespace }: Place): Promise<Finding> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return ok('search', 'every search attribute is registered');
  return problem(
    'search',
    `search attributes are missing: ${missing.join(', ')}`,
    ...registeringCommands(missing, { address, namespace }).split('\n'),
  );
}

/**
 * How far the server's clock is ahead of this machine's, in ms; null if it does not tell. Asked by a poll of a task queue that nothing is
 * ever put on, of which the server notes the time.
 */
export async function serverAhead({ connection, namespace }: Place): Promise<number | null> {
  const taskQueue = { name: 'coalmine-doctor' };
  const identity = `coalmine doctor ${randomUUID()}`;
  const began = Date.now();
  const over = new AbortController();
  // What the poll comes to is of no interest. The server takes none without a deadline.
  const poll = connection
    .withDeadline(began + longPoll, () =>
      connection.withAbortSignal(over.signal, () =>
        connection.workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity }),
      ),
    )
    .catch(() => null);
  try {
    for (;;) {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue,
        taskQueueType: ofActivities,
      });
      const ours = pollers.find((poller) => poller.identity === identity);
      if (ours?.lastAccessTime) return tsToMs(ours.lastAccessTime) - began;
      if (Date.now() > began + patience) return null;
      await delay(50);
    }
  } finally {
    over.abort();
    await poll;
  }
}

/** Deadlines of gates and the windows of ticks are by the clock. */
export function lookAtClock(ahead: number | null): Finding {
  if (ahead === null)
    return warning(
      'clock',
      'the server does not tell its time: it may not let us poll',
      'compare the clocks by hand',
    );
  const off = Math.abs(ahead);
  const text = `this machine is ${duration(off)} ${ahead > 0 ? 'behind' : 'ahead of'} the server`;
  if (off <= tolerated) return ok('clock', 'this machine and the server agree to within a second');
  return warning('clock', text, 'set it by NTP, such as: timedatectl set-ntp true');
}
