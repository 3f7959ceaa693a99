import type { Criterion, JudgeState } from '../src/domain/judge/criteria.ts';
import type { Risk } from '../src/domain/judge/compared/comparing.ts';
import { judge as decide, type Judgement } from '../src/domain/judge/judge.ts';
import { unpackTicks, type TickRow } from '../src/domain/ticks.ts';

/** What is to be judged. */
export interface JudgeInput {
  criteria: Criterion[];
  state: JudgeState;
  row: TickRow;
  /** Absent in what rollouts asked before there was a choice. */
  risk?: Risk;
}

/**
 * Makes the verdict that history records. An activity, so that a better judge never breaks the replay of a
 * rollout that runs.
 */
export function judge({ criteria, state, row, risk }: JudgeInput): Promise<Judgement> {
  return Promise.resolve(decide(criteria, state, unpackTicks(row), risk));
}
