import { isCancellation } from '@temporalio/workflow';
import type { Outcome } from '../../src/domain/rollout.ts';
import { sentenceOf } from '../engine/failures.ts';
import type { DecidedOutcome } from '../position.ts';

/** Thrown where the procedure decides to take the canary back; never leaves the workflow. */
export class TakeBack extends Error {
  readonly decided: DecidedOutcome;
  constructor(outcome: Exclude<Outcome, 'promoted'>, cause: string) {
    super(cause);
    this.decided = { outcome, cause };
  }
}

/** How a rollout ends that was stopped by this. */
export function outcomeOf(reason: unknown): DecidedOutcome {
  if (reason instanceof TakeBack) return reason.decided;
  if (isCancellation(reason)) return { outcome: 'aborted', cause: 'aborted: the workflow was cancelled' };
  return { outcome: 'rolled-back', cause: sentenceOf(reason) };
}
