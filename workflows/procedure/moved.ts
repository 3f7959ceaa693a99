/** Stable is not the rollout's alone: a hotfix, a manual rollback or another tool may change it meanwhile. */
import { ActivityFailure, condition, isCancellation } from '@temporalio/workflow';
import { downText } from '../../src/domain/drift.ts';
import { movedText } from '../../src/domain/moved.ts';
import type { HoldCause } from '../../src/domain/rollout.ts';
import { sentenceOf } from '../engine/failures.ts';
import { acceptDown, acceptStable } from '../place/verbs.ts';
import { checkPlace } from './drift.ts';
import { TakeBack } from './take-back.ts';
import { continueIfLong } from '../engine/long.ts';
import { noteStable } from '../place/note-stable.ts';
import { tell } from '../telling/notices.ts';
import { wishOf } from '../people/asked.ts';
import { readBack } from '../place/read-back.ts';
import type { Rollout } from '../state.ts';
import { notPaused } from './pause.ts';
import { hold } from '../telling/story.ts';
import { watchChapter } from './watch.ts';

/** Stable is looked at again after this long (ms), and each time after twice as long. */
const again = 60_000;
const longestPause = 600_000;

/**
 * Comes back when promoting overwrites nothing that nobody knows of: stable is what it was when the rollout began, or a
 * person says promote, having seen what it is now or that it cannot be read. Until then the weight is held and judging
 * goes on.
 *
 * @throws TakeBack when the canary fails meanwhile
 */
export async function holdWhileMoved(rollout: Rollout): Promise<void> {
  const { plan, state } = rollout;
  const { asked, place } = state;
  const { stable } = place;
  if (place.undo.stable) return;
  for (let pause = again; ; pause = Math.min(2 * pause, longestPause)) {
    const unread = await readStable(rollout);
    const found = heldBy(rollout, unread);
    if (found === null) return;
    // What was said before does not count: whoever said it may not have known.
    Object.assign(asked, { promote: null });
    const news = hold(
      state,
      found.cause,
      `Not promoting yet: ${found.why}. Say promote to replace it with ${plan.version}, or abort to take the canary back`,
    );
    if (unread !== null && news) tell(rollout, 'stable-unread', state.story.doing);
    await watch(rollout, pause, () => wishOf(state)?.verb === 'promote');
    checkPlace(rollout);
    if (state.verdict?.kind === 'fail' && stable.down !== true)
      throw new TakeBack('rolled-back', state.verdict.because);
    await notPaused(state);
    if (asked.promote !== null) {
      if (found.cause === 'stable-unread') return;
      if (found.cause === 'stable-down') acceptDown(place);
      else acceptStable(place);
    }
    await continueIfLong(rollout);
  }
}

/** Why stable is not replaced yet; null: it may be. */
function heldBy(
  { plan, state }: Rollout,
  unread: string | null,
): { cause: Extract<HoldCause, `stable-${string}`>; why: string } | null {
  const { before, now, accepted, down, acceptedDown } = state.place.stable;
  if (unread !== null) return { cause: 'stable-unread', why: unread };
  if (now !== undefined && now !== plan.version && now !== accepted)
    return { cause: 'stable-changed', why: movedText(now, before) };
  if (down === true && acceptedDown !== true) return { cause: 'stable-down', why: downText(before) };
  return null;
}

/** Notes what stable runs; says why if it cannot be read, which is nothing against the canary. */
async function readStable(rollout: Rollout): Promise<string | null> {
  try {
    const { stable } = await readBack(rollout, 'Does stable still run what it ran?');
    noteStable(rollout, stable);
    return null;
  } catch (reason) {
    if (isCancellation(reason) || !(reason instanceof ActivityFailure)) throw reason;
    return `what stable runs cannot be read, and is asked for again: ${sentenceOf(reason)}`;
  }
}

async function watch(rollout: Rollout, pause: number, until: () => boolean): Promise<void> {
  const { plan, state } = rollout;
  const { weight, audience } = state.place.split;
  if (!plan.first && (weight > 0 || audience !== null))
    await watchChapter(rollout, { remaining: pause, passAfter: null, until, deadline: Infinity });
  else await condition(until, pause, { summary: 'Until stable is looked at again' });
}
