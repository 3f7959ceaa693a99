import type { WorkflowExecutionInfo } from '@temporalio/client';

/**
 * What Temporal says of a workflow. `paused` is Temporal's own pause, which lets nothing happen; `unknown` is a
 * state of a server newer than this version of Coalmine.
 */
export type WorkflowState =
  | 'running'
  | 'paused'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'terminated'
  | 'timed-out'
  | 'continued'
  | 'unknown';

const states: Partial<Record<WorkflowExecutionInfo['status']['name'], WorkflowState>> = {
  RUNNING: 'running',
  PAUSED: 'paused',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
  CONTINUED_AS_NEW: 'continued',
};

export function stateOf({ status }: Pick<WorkflowExecutionInfo, 'status'>): WorkflowState {
  return states[status.name] ?? 'unknown';
}
