import type { Criterion } from '../src/judge/criteria.ts';
import type { JudgeState } from '../src/judge/state.ts';
import { judge as decide, type Judgement, type JudgePlan } from '../src/judge/judge.ts';
import { believed, countLoad, type LoadCheck, type LoadCount } from '../src/domain/load-count.ts';
import { unpackTicks, type TickRow } from '../src/domain/ticks.ts';

/** What is to be judged. */
export interface JudgeInput {
  criteria: Criterion[];
  state: JudgeState;
  row: TickRow;
  /** Absent in what rollouts asked before there was a choice. */
  judge?: JudgePlan;
  /** Absent where no load goes through the front door, or where nobody counts it. */
  load?: LoadCheck;
}

/** What history records. */
export type Judged = Judgement & { load?: LoadCount };

/**
 * Makes the verdict that history records. An activity, so that a better judge never breaks the replay of a
 * rollout that runs.
 */
export function judge({ criteria, state, row, judge, load }: JudgeInput): Promise<Judged> {
  const ticks = unpackTicks(row);
  const judgement = decide(criteria, state, ticks, judge);
  if (load === undefined) return Promise.resolve(judgement);
  const counted = countLoad(load, ticks);
  return Promise.resolve({ ...believed(judgement, state, counted), load: counted });
}
