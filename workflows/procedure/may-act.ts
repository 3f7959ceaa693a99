/** When a rollout that goes forward may change the target. Nothing that takes the canary back asks. */
import { settled, unsettledFor } from '../place/late.ts';
import { checkForward } from '../position.ts';
import { now, type Rollout } from '../state.ts';
import { enter } from '../telling/story.ts';
import { notPaused } from './pause.ts';

/**
 * Asked before each effect of a rollout that goes forward: comes back when it is not paused, and no earlier attempt can
 * act late that the target would not refuse.
 *
 * @throws CancelledFailure where its end is decided meanwhile
 */
export async function mayAct(rollout: Rollout): Promise<void> {
  const { state } = rollout;
  do {
    await notPaused(state);
    checkForward(state);
  } while (await outwait(rollout, 'an effect went without an answer'));
}

/**
 * Comes back when no earlier attempt can act late that the target would not refuse, and says what it waits for.
 *
 * @param why there may be one, for people
 * @returns whether it had to wait
 */
export async function outwait(rollout: Rollout, why: string): Promise<boolean> {
  const { state } = rollout;
  const wait = unsettledFor(state.place);
  if (wait === 0) return false;
  const until = new Date(now() + wait).toISOString();
  enter(
    state,
    state.story.phase,
    `Waiting until ${until}: ${why}, and the target cannot refuse it if it comes late`,
  );
  await settled(rollout);
  return true;
}
