import type { Tick, Window } from '../samples.ts';
import type { Verdict } from '../verdict.ts';
import type { Criterion, JudgeState } from './criteria.ts';

/** What a fold over new ticks gives. */
export interface Judgement {
  state: JudgeState;
  verdict: Verdict;
  /** The stretches of the new ticks that had a signal, neighbours joined: only they count as baked. */
  signalled: Window[];
}

export function judge(_criteria: readonly Criterion[], _state: JudgeState, _ticks: readonly Tick[]): Judgement {
  throw new Error('to be written');
}
