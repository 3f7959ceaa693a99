import type { ReadBack } from '../../activities/read-back.ts';
import { questions } from '../engine/activities.ts';
import { releaseOf, type Rollout } from '../state.ts';
import { effectPlanOf } from './order.ts';

/**
 * All that the target can tell of what runs and what is in force.
 *
 * @param summary what is asked, for the history
 */
export function readBack(rollout: Rollout, summary: string): Promise<ReadBack> {
  return questions(summary).readBack({ plan: effectPlanOf(rollout.plan), release: releaseOf(rollout) });
}
