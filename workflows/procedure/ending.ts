import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  rootCause,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Outcome } from '../../src/domain/rollout.ts';
import { mostChecks } from '../engine/activities.ts';
import type { Ending } from '../state.ts';

/** Thrown where the procedure decides to take the canary back; never leaves the workflow. */
export class TakeBack extends Error {
  readonly ending: Ending;
  constructor(outcome: Exclude<Outcome, 'promoted'>, cause: string) {
    super(cause);
    this.ending = { outcome, cause };
  }
}

/** How a rollout ends that was stopped by this. */
export function endingOf(reason: unknown): Ending {
  if (reason instanceof TakeBack) return reason.ending;
  if (isCancellation(reason)) return { outcome: 'aborted', cause: 'aborted: the workflow was cancelled' };
  return { outcome: 'rolled-back', cause: sentenceOf(reason) };
}

/** What went wrong at the bottom of a failure, in its own words. */
export function sentenceOf(reason: unknown): string {
  if (
    reason instanceof ActivityFailure &&
    reason.cause instanceof TimeoutFailure &&
    reason.cause.cause === undefined
  )
    return `${reason.activityType} gave no answer in its time (${reason.cause.timeoutType ?? 'timeout'})`;
  return rootCause(reason) ?? String(reason);
}

/** Why a spec is refused whose check failed with this. */
export function refusalOf(reason: unknown): string {
  const cause = reason instanceof ActivityFailure ? reason.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.nonRetryable === true) return sentenceOf(reason);
  return `the spec could not be checked in ${mostChecks} attempts: ${sentenceOf(reason)}. Check it with "coalmine validate"; if it is accepted there, look at the workers' logs and start again`;
}

/** Another try cannot mend it. */
export function isFatal(reason: unknown): boolean {
  const cause = reason instanceof Error ? reason.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}

/** The target refused an effect because it has accepted a newer one. */
export function isOvertaken(reason: unknown): boolean {
  const cause = reason instanceof ActivityFailure ? reason.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === 'Overtaken';
}
