import type { Outcome, Phase } from '../domain/rollout.ts';

/** Which rollouts to list; everything that is given must hold. */
export interface Filter {
  service?: string | undefined;
  phase?: Phase | undefined;
  /** Rollouts that ended this way. */
  outcome?: Outcome | undefined;
  /** Ended ones too; otherwise, unless an outcome is asked for, only those that have not ended. */
  all?: boolean | undefined;
}

/** Every workflow that has not ended, whatever state it is in. */
export const open = 'CloseTime IS NULL';

/** Open, and neither running nor in any other state that moves on: what Temporal has paused. */
export const heldByTemporal = `${open} AND ExecutionStatus != "Running"`;

/** The filter in the server's visibility language. */
export function visibilityQuery({ service, phase, outcome, all = false }: Filter): string {
  const clauses = ['WorkflowType = "rollout"'];
  // Not by the status "Running": a workflow that Temporal has paused is open too.
  if (outcome !== undefined) clauses.push('ExecutionStatus = "Completed"');
  else if (all) clauses.push('ExecutionStatus != "ContinuedAsNew"');
  else clauses.push(open);
  if (service !== undefined) clauses.push(`CoalmineService = ${quoted(service)}`);
  if (phase !== undefined) clauses.push(`CoalminePhase = ${quoted(phase)}`);
  if (outcome !== undefined) clauses.push(`CoalmineOutcome = ${quoted(outcome)}`);
  return clauses.join(' AND ');
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
