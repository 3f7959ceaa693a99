/** Attempts of effects that went without an answer, and may act late. */
import { condition } from '@temporalio/workflow';
import { now, type Rollout } from '../state.ts';
import { timesOf, type Place } from './place.ts';

/** Writes down that an attempt of an effect, ordered at `ordered` for `within` ms, may act until it must be over. */
export function mayStillAct(place: Place, ordered: number, within: number): void {
  place.unansweredUntil = Math.max(place.unansweredUntil, ordered + within + timesOf(place).late);
}

/** Milliseconds for which an earlier attempt may still act that the target cannot refuse; 0: none can. */
export function unsettledFor({ can, unansweredUntil }: Place): number {
  return can?.fence === true ? 0 : Math.max(0, unansweredUntil - now());
}

/** Comes back once no earlier attempt can act late, or when `until` says so. */
export async function settled({ state }: Rollout, until: () => boolean = () => false): Promise<void> {
  while (unsettledFor(state.place) > 0 && !until())
    await condition(until, unsettledFor(state.place), {
      summary: 'Until no attempt without an answer can still act',
    });
}
