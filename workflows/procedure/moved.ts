/** Stable is not the rollout's alone: a hotfix, a manual rollback or another tool may change it meanwhile. */
import { ActivityFailure, condition, isCancellation } from '@temporalio/workflow';
import { movedText } from '../../src/domain/moved.ts';
import { sentenceOf } from '../engine/failures.ts';
import { acceptStable } from '../place/verbs.ts';
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
    const { now, accepted } = stable;
    if (unread === null && (now === undefined || now === plan.version || now === accepted)) return;
    // What was said before does not count: whoever said it may not have known.
    Object.assign(asked, { promote: null });
    const why = unread ?? movedText(now ?? '', stable.before);
    const news = hold(
      state,
      unread === null ? 'stable-changed' : 'stable-unread',
      `Not promoting yet: ${why}. Say promote to replace it with ${plan.version}, or abort to take the canary back`,
    );
    if (unread !== null && news) tell(rollout, 'stable-unread', state.story.doing);
    await watch(rollout, pause, () => wishOf(state)?.verb === 'promote');
    if (state.verdict?.kind === 'fail') throw new TakeBack('rolled-back', state.verdict.because);
    await notPaused(state);
    if (asked.promote !== null) {
      if (unread !== null || now === undefined) return;
      acceptStable(place);
    }
    await continueIfLong(rollout);
  }
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
