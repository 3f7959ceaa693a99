import { CancelledFailure } from '@temporalio/workflow';
import type { Outcome } from '../src/domain/rollout.ts';
import type { GateStatus } from '../src/domain/status.ts';

/** How a rollout is to end, decided but not yet reached. */
export interface DecidedOutcome {
  outcome: Outcome;
  /** One sentence: why. */
  cause: string;
}

/** The bake of a step, in ms: how much of it is over, as of the last chapter. */
export interface Bake {
  baked: number;
  min: number;
  max: number;
  /** When the present chapter began, ms since 1970; null while the clock stands. */
  since: number | null;
  /** It is the stay of `promote: swap`: stable is kept as it is, with no traffic. */
  keepsStable?: true;
}

/** What runs is found out (`surveyed`, so that a new run need not ask again), the canary deployed and tested. */
interface Preparing {
  at: 'preparing';
  surveyed: boolean;
}

/** A step of the plan, counted from 0, with its bake or its gate once that has begun. */
export interface AtStep {
  at: 'step';
  step: number;
  bake: Bake | null;
  gate: GateStatus | null;
}

/** All steps are done. Until stable is being replaced, a canary is still judged, and kept where stable has changed. */
interface Promoting {
  at: 'promoting' | 'keeping';
}

/** Where a rollout stands that goes forward. */
export type Forward = Preparing | AtStep | Promoting;

/** How it ends is decided, and it is brought there; `from`: where it stood when that was decided. */
interface Settling {
  at: 'settling';
  ending: DecidedOutcome;
  from: Forward;
  /** Tries that failed. */
  attempts: number;
  /** People were told that it does not succeed. */
  stuck: boolean;
}

/** The promotion went wrong after it had begun to replace stable: people were called, and decide. */
interface Halted {
  at: 'halted';
  ending: DecidedOutcome;
  from: Forward;
}

/** Nothing more is done. */
interface Ended {
  at: 'ended';
  ending: DecidedOutcome;
  from: Forward;
  /** The end was read back and is what the ending says. */
  verified: boolean;
  /** What serves: one sentence. */
  serving: string;
}

/** Where the procedure stands: it alone says what comes next. */
export type Position = Forward | Settling | Halted | Ended;

/** A position with an ending. */
export type Decided = Exclude<Position, Forward>;

export function isForward(position: Position): position is Forward {
  return !('ending' in position);
}

/** @throws CancelledFailure where the end of a rollout is decided: what still goes forward stops there */
export function checkForward({ position }: { position: Position }): void {
  if (!isForward(position)) throw new CancelledFailure('the end of the rollout is decided');
}

/**
 * Moves a rollout forward.
 *
 * @throws CancelledFailure as {@link checkForward}
 */
export function moveTo(state: { position: Position }, position: Forward): void {
  checkForward(state);
  state.position = position;
}

/** The step in force, or that was when the end was decided; null outside of the steps. */
export function stepOf(position: Position): AtStep | null {
  const forward = isForward(position) ? position : position.from;
  return forward.at === 'step' ? forward : null;
}

/** How many steps are done, of `all`. */
export function stepsDone(position: Position, all: number): number {
  const forward = isForward(position) ? position : position.from;
  if (forward.at === 'preparing') return 0;
  return forward.at === 'step' ? forward.step : all;
}

/** The version is in stable's place, and stays there. */
export function isPromoted(position: Position): boolean {
  return !isForward(position) && position.ending.outcome === 'promoted';
}

/** Decides how a rollout ends. */
export function decideOn(state: { position: Position }, ending: DecidedOutcome): void {
  const { position } = state;
  const from = isForward(position) ? position : position.from;
  state.position = { at: 'settling', ending, from, attempts: 0, stuck: false };
}
