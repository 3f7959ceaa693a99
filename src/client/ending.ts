import { WorkflowFailedError } from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { RolloutResult } from '../domain/rollout.ts';

/** How a rollout's workflow ended: with a result, or in the few ways in which it has none. */
export type Ending<Result = RolloutResult> =
  | { how: 'completed'; result: Result }
  /** `type` is what the workflow calls the failure, such as `SpecRefused`; null where it has no name. */
  | { how: 'failed' | 'cancelled' | 'terminated' | 'timed-out'; type: string | null; text: string };

/**
 * Waits for the end, as long as it takes, and says how it was.
 *
 * @param result what waits for the workflow's result, such as a handle's `result`
 */
export async function endingOf<Result>(result: () => Promise<Result>): Promise<Ending<Result>> {
  try {
    return { how: 'completed', result: await result() };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return failure(error.cause ?? error);
    throw error;
  }
}

function failure(cause: Error): Exclude<Ending, { how: 'completed' }> {
  if (cause instanceof ActivityFailure && cause.cause !== undefined) return failure(cause.cause);
  const type = cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
  return { how: manner(cause), type, text: cause.message };
}

function manner(cause: Error): 'failed' | 'cancelled' | 'terminated' | 'timed-out' {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  if (cause instanceof TimeoutFailure) return 'timed-out';
  return 'failed';
}

/** One sentence without its full stop: `promoted: every step passed`. */
export function endingText(ending: Ending): string {
  if (ending.how !== 'completed') return `${ending.how}: ${ending.text}`;
  const { outcome, cause, verified } = ending.result;
  return `${outcome}: ${cause.replace(/\.$/, '')}${verified ? '' : ' (not verified)'}`;
}
