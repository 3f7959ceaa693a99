import { effectOver } from '../engine/activities.ts';
import { now, type RolloutState } from '../state.ts';
import { show } from '../telling/story.ts';

/** An attempt of an effect that an abandoned run ordered may act for this long before it hears that it is over (ms). */
const longestAttempt = 60_000;

/**
 * The target is further on than the state says: effects get a new epoch, the server's time, so that the target accepts
 * them; everything that may have to be undone is taken to be there; and the status says the most that the canary may
 * get. While the release goes forward, the target is then brought to where the state stands.
 */
export function fallBehind(state: RolloutState): void {
  const { status, undo, behind } = state;
  state.fence = { epoch: now(), number: 0 };
  state.unansweredUntil = Math.max(state.unansweredUntil, effectOver(now(), longestAttempt));
  state.surveyed = false;
  state.behind = { weight: behind?.weight ?? status.weight };
  undo.traffic = true;
  undo.canary = true;
  // Whether stable was replaced can be asked only of a target that can tell.
  undo.stable ||= status.capabilities?.check === true;
  status.weight = Math.max(status.weight, state.mostWeight ?? 100);
  show(state);
}
