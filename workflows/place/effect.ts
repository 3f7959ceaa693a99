import { patched } from '@temporalio/workflow';
import type { Done, EffectPlan, Order } from '../../activities/effects.ts';
import type { Fence, Split } from '../../src/domain/rollout.ts';
import { splitLabel } from '../../src/domain/split.ts';
import { baselineWeight, weightInForce } from '../../src/domain/weight.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { effectOver, effects } from '../engine/activities.ts';
import { fallBehind } from './behind.ts';
import { isFatal, isOvertaken } from '../procedure/ending.ts';
import { noteStable } from './note-stable.ts';
import { now, releaseOf, type Rollout, type RolloutState } from '../state.ts';
import { show } from '../telling/story.ts';

const minute = 60_000;

/** Starts the canary, or resizes it; comes back once it is alive and of the right version. */
export async function deployCanary(rollout: Rollout, share: number): Promise<void> {
  const { plan, state } = rollout;
  state.undo.canary = true;
  const { version } = plan;
  const beside = plan.baseline === 'fresh' ? ` and a baseline of ${state.status.stable ?? ''}` : '';
  const what =
    state.share === 0
      ? `Deploy the canary ${version}${beside}`
      : `Resize the canary to ${String(share)}%${beside}`;
  const { url } = await order(rollout, plan.target.ready, (base) =>
    effects(what, base.within).deploy({ ...base, share }),
  );
  state.share = share;
  state.canaryUrl = url ?? state.canaryUrl;
}

/** Puts a split in force, and the baseline's part with it; comes back once it is read back. */
export async function shiftTraffic(
  rollout: Rollout,
  { weight, audience }: Pick<Split, 'weight' | 'audience'>,
): Promise<void> {
  const { plan, state } = rollout;
  const { granularity } = state.status.capabilities ?? {};
  const given = weightInForce(weight, granularity);
  const baseline = plan.baseline === 'fresh' ? { baseline: baselineWeight(given, granularity) } : {};
  const split: Split = { weight: given, audience, ...baseline };
  state.undo.traffic = true;
  const what = `Shift ${splitLabel(split)} of the traffic to the canary`;
  const { stable = null } = await order(rollout, minute, (base) =>
    effects(what, base.within).shiftTraffic({ ...base, split, ...(given !== weight && { most: weight }) }),
  );
  Object.assign(state.status, split);
  noteStable(rollout, stable);
  show(state);
}

/** Makes every stable copy the new version; comes back once they all are. */
export async function replaceStable(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  state.undo.stable = true;
  const what = `Make every stable copy ${plan.version}`;
  await order(rollout, plan.target.ready, (base) => effects(what, base.within).promote(base));
}

/**
 * Takes the canary away, and the baseline; comes back once nothing of them is left. A target without a call for that is
 * given this version of stable back, null where nothing ran.
 */
export async function removeCanary(rollout: Rollout, stable: string | null): Promise<void> {
  await order(rollout, minute, ({ release, ...base }) =>
    effects('Take the canary away', base.within).remove({
      ...base,
      release: { ...release, stable },
    }),
  );
  rollout.state.share = 0;
}

/** What effects and the questions after them need of the plan. */
export function effectPlanOf({ target, traffic, baseline }: Plan): EffectPlan {
  return { target, traffic, baseline };
}

/**
 * Stamps an effect with the next fence. Where an attempt of it may have gone without an answer, it writes down
 * until when that one may still act; a first attempt that was answered at once has none before it.
 */
async function order(rollout: Rollout, within: number, send: (base: Order) => Promise<Done>): Promise<Done> {
  const { plan, state } = rollout;
  state.fence.number += 1;
  const fence = { ...state.fence };
  const ordered = now();
  const unanswered = (): void => {
    state.unansweredUntil = Math.max(state.unansweredUntil, effectOver(ordered, within));
  };
  try {
    const done = await send({ plan: effectPlanOf(plan), release: releaseOf(rollout), fence, within });
    if (done.attempts > 1) unanswered();
    return done;
  } catch (failure) {
    if (!isFatal(failure) || now() - ordered >= noticedDead) unanswered();
    if (!isBehind(state, fence, failure)) throw failure;
    state.overtaken = true;
    fallBehind(state);
    // While the release goes forward, this stops it: it goes on once the target is where the state stands.
    if (state.ending === null) throw failure;
    return order(rollout, within, send);
  }
}

/**
 * The target has accepted a newer effect than the latest one of this rollout: the rollout's own count is behind. Once;
 * after that somebody else gives orders to the target, whom this one does not fight.
 */
function isBehind({ fence, overtaken }: RolloutState, { epoch, number }: Fence, failure: unknown): boolean {
  const latest = epoch === fence.epoch && number === fence.number;
  return isOvertaken(failure) && latest && overtaken !== true && patched('behind-when-overtaken');
}

/** Before this an attempt is not given up for want of a heartbeat (ms). */
const noticedDead = 5_000;
