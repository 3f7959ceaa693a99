import type { Outcome, Phase } from '../domain/rollout.ts';

/** Which rollouts to list; everything that is given must hold. */
export interface Filter {
  service?: string | undefined;
  phase?: Phase | undefined;
  /** Rollouts that have ended so. */
  outcome?: Outcome | undefined;
  /** Ended ones too; otherwise, unless an outcome is asked for, only those that run. */
  all?: boolean | undefined;
}

/** The filter in the server's visibility language. */
export function visibilityQuery({ service, phase, outcome, all = false }: Filter): string {
  const clauses = ['WorkflowType = "rollout"'];
  if (all || outcome !== undefined) clauses.push('ExecutionStatus != "ContinuedAsNew"');
  else clauses.push('ExecutionStatus = "Running"');
  if (service !== undefined) clauses.push(`CoalmineService = ${quoted(service)}`);
  if (phase !== undefined) clauses.push(`CoalminePhase = ${quoted(phase)}`);
  if (outcome !== undefined) clauses.push(`CoalmineOutcome = ${quoted(outcome)}`);
  return clauses.join(' AND ');
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
