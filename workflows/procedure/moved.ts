/** Stable is not the rollout's alone: a hotfix, a manual rollback or another tool may change it meanwhile. */
import { ActivityFailure, condition, isCancellation, patched } from '@temporalio/workflow';
import { movedText } from '../../src/domain/moved.ts';
import { sentenceOf, TakeBack } from './ending.ts';
import { continueIfLong } from '../engine/long.ts';
import { noteStable } from '../place/note-stable.ts';
import { tell } from '../telling/notices.ts';
import { readBack } from '../place/read-back.ts';
import type { Rollout } from '../state.ts';
import { notPaused } from './step.ts';
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
  const { asked, status } = state;
  if (state.undo.stable || !patched('stable-before-promotion')) return;
  for (let pause = again; ; pause = Math.min(2 * pause, longestPause)) {
    const unread = await readStable(rollout);
    const now = status.stableNow;
    if (unread === null && (now === undefined || now === plan.version || now === state.acceptedStable))
      return;
    // What was said before does not count: whoever said it may not have known.
    Object.assign(asked, { promote: null });
    const why = unread ?? movedText(now ?? '', status.stable);
    const news = hold(
      state,
      unread === null ? 'stable-changed' : 'stable-unread',
      `Not promoting yet: ${why}. Say promote to replace it with ${plan.version}, or abort to take the canary back`,
    );
    if (unread !== null && news && patched('tell-of-unread-stable'))
      tell(rollout, 'stable-unread', status.doing);
    await watch(rollout, pause, () => asked.promote !== null && status.paused === null);
    if (status.verdict?.kind === 'fail') throw new TakeBack('rolled-back', status.verdict.because);
    await notPaused(state);
    if (asked.promote !== null) {
      if (unread !== null || now === undefined) return;
      state.acceptedStable = now;
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
    if (!patched('hold-where-stable-is-unread')) throw reason;
    return `what stable runs cannot be read, and is asked for again: ${sentenceOf(reason)}`;
  }
}

async function watch(rollout: Rollout, pause: number, until: () => boolean): Promise<void> {
  const { plan, state } = rollout;
  const { weight, audience } = state.status;
  if (!plan.first && (weight > 0 || audience !== null))
    await watchChapter(rollout, { remaining: pause, passAfter: null, until, deadline: Infinity });
  else await condition(until, pause, { summary: 'Until stable is looked at again' });
}
