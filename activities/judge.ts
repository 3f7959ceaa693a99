import type { Criterion, JudgeState } from '../src/domain/judge/criteria.ts';
import { judge as decide, type Judgement, type JudgePlan } from '../src/domain/judge/judge.ts';
import { unpackTicks, type TickRow } from '../src/domain/ticks.ts';

/** What is to be judged. */
export interface JudgeInput {
  criteria: Criterion[];
  state: JudgeState;
  row: TickRow;
  /** Absent in what rollouts asked before there was a choice. */
  judge?: JudgePlan;
}

/**
 * Makes the verdict that history records. An activity, so that a better judge never breaks the replay of a
 * rollout that runs.
 */
export function judge({ criteria, state, row, judge }: JudgeInput): Promise<Judgement> {
  return Promise.resolve(decide(criteria, state, unpackTicks(row), judge));
}
