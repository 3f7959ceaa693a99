import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { Outcome, Phase } from '../domain/rollout.ts';
import { serviceOf } from '../domain/surface.ts';
import { searchAttributeKeys as keys } from '../../workflows/messages.ts';

/** What the server alone tells of a rollout, without any worker. */
export interface Brief {
  /** Workflow id, `rollout/<service>`. */
  rollout: string;
  /** Of the latest run: a long rollout goes on in several. */
  runId: string;
  service: string;
  version: string | null;
  /** Null until a worker has taken it up. */
  phase: Phase | null;
  outcome: Outcome | null;
  /** Per cent of live traffic that the canary gets. */
  weight: number | null;
  running: boolean;
  /** ISO time: start of the latest run. */
  started: string;
  /** ISO time; null while it runs. */
  ended: string | null;
}

/** What one entry of the server's list, or its description, tells. */
export function briefOf(info: Omit<WorkflowExecutionInfo, 'raw'>): Brief {
  const attributes = info.typedSearchAttributes;
  return {
    rollout: info.workflowId,
    runId: info.runId,
    service: attributes.get(keys.service) ?? serviceOf(info.workflowId),
    version: attributes.get(keys.version) ?? null,
    phase: (attributes.get(keys.phase) as Phase | undefined) ?? null,
    outcome: (attributes.get(keys.outcome) as Outcome | undefined) ?? null,
    weight: attributes.get(keys.weight) ?? null,
    running: info.status.name === 'RUNNING',
    started: info.startTime.toISOString(),
    ended: info.closeTime?.toISOString() ?? null,
  };
}
