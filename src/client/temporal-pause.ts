import type { WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';
import { claimed } from '../domain/claim.ts';
import { shellWord } from '../text/shell-word.ts';
import { stateOf } from './workflow-state.ts';

/**
 * Temporal's own pause of a workflow (`temporal workflow pause`): no worker gets its tasks, queries and updates are
 * rejected, and signals wait. Each member is null where the server does not tell it, as in a list.
 */
export interface TemporalPause {
  /** ISO time. */
  since: string | null;
  /** The identity of the client that paused it. */
  by: string | null;
  reason: string | null;
}

/** Null unless the workflow is paused in Temporal. */
export function pauseOf(
  info: Omit<WorkflowExecutionInfo, 'raw'> | WorkflowExecutionDescription,
): TemporalPause | null {
  if (stateOf(info) !== 'paused') return null;
  const pause =
    'raw' in info && 'workflowExtendedInfo' in info.raw ? info.raw.workflowExtendedInfo?.pauseInfo : null;
  return {
    since: optionalTsToDate(pause?.pausedTime)?.toISOString() ?? null,
    by: pause?.identity || null,
    reason: pause?.reason || null,
  };
}

/** `paused in Temporal by "ana@ci" (claimed): maintenance`: whoever asks Temporal calls themselves what they like. */
export function pauseText({ by, reason }: TemporalPause): string {
  return `paused in Temporal${by === null ? '' : ` by ${claimed(by)}`}${reason === null ? '' : `: ${reason}`}`;
}

/** What a person pastes to let a paused rollout go on. */
export function unpauseCommand(workflowId: string): string {
  return `temporal workflow unpause --workflow-id ${shellWord(workflowId)}`;
}
