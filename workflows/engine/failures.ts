/** What failures of activities say. */
import { ActivityFailure, ApplicationFailure, rootCause, TimeoutFailure } from '@temporalio/workflow';
import type { EffectFault } from '../../activities/answered.ts';
import { mostChecks } from './activities.ts';

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

/** Whether an attempt of the effect that failed with this went without an answer; undefined where nothing says so. */
export function mayStillCome(reason: unknown): boolean | undefined {
  const cause = reason instanceof ActivityFailure ? reason.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const [told] = (cause.details ?? []) as [EffectFault?];
  return told?.unanswered;
}
