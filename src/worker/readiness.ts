import type { NativeConnection, Worker } from '@temporalio/worker';

/** How long the server may take to answer (ms). */
const within = 2_000;

/** Why this process should be started again; null while its workers live. */
export function failure(workers: readonly Worker[]): string | null {
  const failed = workers.filter((worker) => worker.getState() === 'FAILED').map(queueOf);
  return failed.length === 0 ? null : `failed: ${failed.join(', ')}; the log says why`;
}

/** Why this process takes no work now; null once every worker polls and the server answers. */
export async function unreadiness(
  workers: readonly Worker[],
  connection: NativeConnection,
): Promise<string | null> {
  const failed = failure(workers);
  if (failed !== null) return failed;
  const states = workers.map((worker) => worker.getState());
  if (workers.length === 0 || states.includes('INITIALIZED')) return 'starting';
  if (states.some((state) => state !== 'RUNNING')) return 'draining';
  try {
    await connection.withDeadline(Date.now() + within, () => connection.workflowService.getSystemInfo({}));
    return null;
  } catch (error) {
    return `the Temporal server does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function queueOf(worker: Worker): string {
  return worker.options.taskQueue;
}
