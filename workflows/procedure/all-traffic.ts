import { allTraffic } from '../../src/domain/split.ts';
import { resize, shift } from '../place/verbs.ts';
import type { Rollout } from '../state.ts';
import { enter } from '../telling/story.ts';
import { mayAct } from './may-act.ts';

/**
 * Gives the canary stable's size, then all of the traffic, where the target cannot replace stable under traffic. Stable is
 * not touched: until it is, a shift takes the canary back. Without a split, or a stable to replace, it does nothing.
 */
export async function giveAllTraffic(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  const { can } = state.place;
  if (can?.replacesBehind !== true || !can.split || plan.first) return;
  enter(state, 'promoting', `Giving the canary all traffic before stable is replaced by ${plan.version}`);
  // Both again, whatever the state says: after a reset it says the most that the canary may have, not what it has.
  await resize(rollout, 100);
  await mayAct(rollout);
  await shift(rollout, allTraffic);
  await mayAct(rollout);
}
