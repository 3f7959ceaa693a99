/**
 * The failures that adapters and activities throw. The type is stable: it is what the Web UI shows and what
 * a workflow may decide by. Whether another try may mend it is decided here, once.
 */
import { ApplicationFailure } from '@temporalio/common';
import { clipped } from '../src/judge/sentences.ts';
import { duration } from '../src/text/duration.ts';

/** Retryable: no answer, or one that makes no sense. Another try may mend it; what was asked may still be done late. */
export function unavailable(message: string): ApplicationFailure {
  return ApplicationFailure.retryable(message, 'TargetUnavailable');
}

const answered = { answered: true };

/**
 * Retryable, as {@link unavailable}, but the target does nothing more about it: it answered itself, with a passing fault, or
 * nothing was asked of it.
 */
export function turnedAway(message: string): ApplicationFailure {
  return ApplicationFailure.retryable(message, 'TargetUnavailable', answered);
}

/** The target has answered, or was never asked: it does nothing more, now or late. */
export function isAnswer(reason: unknown): boolean {
  if (!(reason instanceof ApplicationFailure)) return false;
  return reason.nonRetryable === true || reason.details?.[0] === answered;
}

/** Fatal: the target refuses what was asked, or cannot do it. */
export function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'TargetRefused');
}

/** Fatal: the target has accepted a newer effect than this one, which is therefore without effect. */
export function overtaken(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'Overtaken');
}

/** Fatal: the spec asks for a host or a secret that the operator of the worker has not allowed. */
export function notAllowed(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'NotAllowed');
}

/** Fatal: an adapter asks for what it does not declare that it uses. */
export function adapterFault(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'AdapterFault');
}

/** Fatal: an effect was accepted, and the target says itself that it has given up on it. */
export function gaveUp(wanted: string, why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `expected ${wanted}, but the target has given up: ${why}; see the target's own log`,
    'NotReady',
  );
}

/**
 * Fatal: an attempt began when the rollout counted on its being over.
 *
 * @param wanted as in {@link overdue}
 * @param within milliseconds
 * @param by milliseconds after that
 */
export function tooLate(wanted: string, within: number, by: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `expected ${wanted} within ${duration(within)}, but an attempt began ${duration(by)} after that: ` +
      "its worker stood still, or its clock is ahead of the Temporal server's; set it right",
    'NotReady',
  );
}

/** The most that is shown of an answer that was not the one wanted, in bytes as JSON. */
const longestFound = 1_000;

/**
 * Fatal: an effect was accepted, but what it should lead to did not come about in its time.
 *
 * @param wanted what was waited for, as a noun: `the canary alive with version 2.4.0 alone`
 * @param within milliseconds
 * @param found the last answer
 */
export function overdue(wanted: string, within: number, found: unknown): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `expected ${wanted} within ${duration(within)}, found ${clipped(JSON.stringify(found), longestFound)} at the end of it; ` +
      "see the target's own log for why",
    'NotReady',
  );
}
