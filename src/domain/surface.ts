/** What the Web UI and `coalmine list` find rollouts by; every name is public. Never secret, never encrypted. */
export const searchAttributes = {
  CoalmineService: 'KEYWORD',
  CoalmineVersion: 'KEYWORD',
  CoalminePhase: 'KEYWORD',
  CoalmineOutcome: 'KEYWORD',
  CoalmineWeight: 'DOUBLE',
} as const;

/** The task queues: effects never share slots with work that waits. */
export const taskQueues = {
  /** The workflow and all effects. */
  effects: 'coalmine',
  /** Chapters, which hold their slots for minutes. */
  watch: 'coalmine-watch',
  load: 'coalmine-load',
} as const;

const prefix = 'rollout/';

/** The workflow id of a service's rollout: one runs per service. */
export function rolloutId(service: string): string {
  return prefix + service;
}

/** The service that a workflow id names. */
export function serviceOf(workflowId: string): string {
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : workflowId;
}
