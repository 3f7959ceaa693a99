import { setTimeout as sleep } from 'node:timers/promises';
import type { MetricGauge } from '@temporalio/common';
import { Runtime, type NativeConnection } from '@temporalio/worker';
import { heldByTemporal, open } from '../client/query.ts';
import { phases } from '../domain/rollout.ts';

/** Between two counts (ms). */
const every = 30_000;

const rollouts = "WorkflowType = 'rollout'";

/**
 * Counts the rollouts that have not ended, by phase, and those that are paused in Temporal, as the server knows them:
 * every worker reports the same. Runs until the signal.
 */
export async function countRollouts(
  connection: NativeConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { logger, metricMeter } = Runtime.instance();
  const gauge = (name: string, description: string): MetricGauge =>
    metricMeter.createGauge(name, 'int', undefined, description);
  const byPhase = gauge(
    'coalmine_rollouts',
    'Rollouts that have not ended, by phase, as the server counts them',
  );
  const held = gauge(
    'coalmine_rollouts_paused_in_temporal',
    'Rollouts that are paused in Temporal: nothing moves them on, and abort waits',
  );
  const count = async (clause: string): Promise<number> => {
    const query = `${rollouts} AND ${clause}`;
    const answer = await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return Number(answer.count);
  };
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    try {
      for (const phase of phases.filter((phase) => phase !== 'ended'))
        byPhase.set(await count(`${open} AND CoalminePhase = '${phase}'`), { phase });
      held.set(await count(heldByTemporal));
    } catch (error) {
      if (!ended()) logger.warn('The rollouts could not be counted for the metrics', { error });
    }
    await sleep(every, null, { signal }).catch(() => undefined);
  }
}
