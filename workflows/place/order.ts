import type { Done, EffectPlan, Order } from '../../activities/effects.ts';
import type { Fence } from '../../src/domain/rollout.ts';
import type { Plan } from '../../src/spec/schema.ts';
import { isFatal, isOvertaken, mayStillCome } from '../engine/failures.ts';
import { isForward } from '../position.ts';
import { now, releaseOf, type Rollout } from '../state.ts';
import { fallBehind } from './behind.ts';
import { mayStillAct } from './late.ts';
import type { Place } from './place.ts';

/** What effects and the questions after them need of the plan. */
export function effectPlanOf({ target, traffic, baseline }: Plan): EffectPlan {
  return { target, traffic, baseline };
}

/**
 * Stamps an effect with the next fence. Where an attempt of it may have gone without an answer, it writes down
 * until when that one may still act.
 *
 * @param within milliseconds that the effect may take
 */
export async function order(
  rollout: Rollout,
  within: number,
  send: (base: Order) => Promise<Done>,
): Promise<Done> {
  const { plan, state } = rollout;
  const place: Place = state.place;
  place.fence.number += 1;
  const fence = { ...place.fence };
  const ordered = now();
  const unanswered = (): void => {
    mayStillAct(place, ordered, within);
  };
  try {
    const done = await send({ plan: effectPlanOf(plan), release: releaseOf(rollout), fence, within });
    if (done.unanswered ?? done.attempts > 1) unanswered();
    return done;
  } catch (failure) {
    if (mayStillCome(failure) ?? (!isFatal(failure) || now() - ordered >= noticedDead)) unanswered();
    if (!isBehind(place, fence, failure)) throw failure;
    place.overtaken = true;
    fallBehind(state);
    // While the rollout goes forward, this stops it: it goes on once the target is where the state stands.
    if (isForward(state.position)) throw failure;
    return order(rollout, within, send);
  }
}

/** Where nothing says whether there was an answer: before this an attempt is not given up for want of a heartbeat (ms). */
const noticedDead = 5_000;

/**
 * The target has accepted a newer effect than the latest one of this rollout: the rollout's own count is behind. Once;
 * after that somebody else gives orders to the target, whom this one does not fight.
 */
function isBehind({ fence, overtaken }: Place, { epoch, number }: Fence, failure: unknown): boolean {
  const latest = epoch === fence.epoch && number === fence.number;
  return isOvertaken(failure) && latest && !overtaken;
}
