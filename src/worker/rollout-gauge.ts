import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, type NativeConnection } from '@temporalio/worker';
import { phases } from '../domain/rollout.ts';

/** Between two counts (ms). */
const every = 30_000;

/**
 * Counts the rollouts that run, by phase, as the server knows them: every worker says the same, whichever has them.
 * Goes on until the signal.
 */
export async function countRollouts(
  connection: NativeConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { logger, metricMeter } = Runtime.instance();
  const gauge = metricMeter.createGauge(
    'coalmine_rollouts',
    'int',
    undefined,
    'Rollouts that run, by phase, as the server counts them',
  );
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    try {
      for (const phase of phases.filter((phase) => phase !== 'ended')) {
        const query = `WorkflowType = 'rollout' AND ExecutionStatus = 'Running' AND CoalminePhase = '${phase}'`;
        const { count } = await connection.workflowService.countWorkflowExecutions({ namespace, query });
        gauge.set(Number(count), { phase });
      }
    } catch (error) {
      if (!ended()) logger.warn('The rollouts could not be counted for the metrics', { error });
    }
    await sleep(every, null, { signal }).catch(() => undefined);
  }
}
