import { ApplicationFailure, condition, ContinueAsNew, sleep } from '@temporalio/workflow';
import type { ReadBack } from '../../activities/read-back.ts';
import { movedTo } from '../../src/domain/moved.ts';
import type { TrackState } from '../../src/domain/rollout.ts';
import { noTraffic, sameSplit, splitLabel } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { isFatal, sentenceOf } from '../engine/failures.ts';
import { continueIfLong, continueRollout, isCrowded } from '../engine/long.ts';
import { wishOf } from '../people/asked.ts';
import { noteEnd } from '../place/note-stable.ts';
import { settled, unsettledFor } from '../place/late.ts';
import { timesOf } from '../place/place.ts';
import { readBack } from '../place/read-back.ts';
import { shift, takeAway } from '../place/verbs.ts';
import { isPromoted } from '../position.ts';
import type { Rollout, RolloutState } from '../state.ts';
import { lastNotices, tell } from '../telling/notices.ts';
import { enter } from '../telling/story.ts';

const longestPause = 300_000;

/**
 * Brings the target to what the ending says, all new or all old, with no canary left, and reads it back. Tries
 * until it is so, or a person gives it up; from the third attempt on the rollout is stuck and says so.
 *
 * @returns whether the end was read back
 * @throws ApplicationFailure `Abandoned`, which fails the workflow
 */
export async function settle(rollout: Rollout): Promise<boolean> {
  const { state } = rollout;
  const { asked, place } = state;
  if (!place.undo.traffic && !place.undo.canary) return place.can?.check === true;
  for (;;) {
    const { verified, problem } = await settleOnce(rollout).catch(problemOf);
    if (problem === null) return verified;
    const attempts = noteAttempt(rollout, problem);
    asked.retry = false;
    const pause = Math.min(longestPause, 5_000 * 2 ** (attempts - 1));
    await condition(() => asked.retry || asked.abandon !== null || isCrowded(rollout), pause, {
      summary: 'Until the next attempt',
    });
    const wish = wishOf(state);
    if (wish?.verb === 'abandon') throw await abandoned(rollout, `${wish.text}; ${state.story.doing}`);
    await continueIfLong(rollout);
  }
}

/** What came of one attempt. */
interface Settled {
  verified: boolean;
  problem: { text: string; fatal: boolean } | null;
}

function problemOf(reason: unknown): Settled {
  if (reason instanceof ContinueAsNew) throw reason;
  return { verified: false, problem: { text: sentenceOf(reason), fatal: isFatal(reason) } };
}

/** Traffic goes back at once; what the rollout was still doing is waited for only then. */
async function settleOnce(rollout: Rollout): Promise<Settled> {
  const { place, position } = rollout.state;
  const { undo, can } = place;
  if (undo.traffic) await shift(rollout, noTraffic);
  await rollout.going;
  if (undo.canary && (!isPromoted(position) || can?.remove === true)) {
    if (undo.traffic) await sleep(timesOf(place).drain, { summary: 'Let the requests under way end' });
    await takeAway(rollout);
  }
  await settled(rollout, () => isCrowded(rollout));
  if (unsettledFor(place) > 0) await continueRollout(rollout);
  const found = await readBack(rollout, 'Read back what runs');
  const text = differs(rollout, found);
  if (text !== null) return { verified: false, problem: { text, fatal: false } };
  const told = can !== null && found.stable !== null && (found.split !== null || !undo.traffic);
  return { verified: told, problem: null };
}

/** How what was read back differs from what the ending says; null if it does not, as far as can be told. */
function differs(rollout: Rollout, { split, stable, canary, baseline }: ReadBack): string | null {
  const { plan, state } = rollout;
  const { undo, can, stable: known } = state.place;
  const promoted = isPromoted(state.position);
  const expected = promoted ? plan.version : known.before;
  if (split !== null && undo.traffic && !sameSplit(split, noTraffic))
    return `the canary still gets ${splitLabel({ ...split, audience: null })} of the traffic${split.audience === null ? '' : ' and an audience'}`;
  if (canary !== null && undo.canary && canary.versions.length > 0)
    return `the canary still runs ${versionsText(canary.versions)}`;
  if (baseline !== undefined && undo.canary && baseline.versions.length > 0)
    return `the baseline still runs ${versionsText(baseline.versions)}`;
  // A rollout that was reset and then refused by preflight does not know what stable was.
  const unknown = expected === null && can === null;
  if (stable === null || unknown || (expected === null && stable.versions.length === 0)) return null;
  const backToDead = !promoted && known.dead !== undefined;
  const moved = movedTo(expected, stable, backToDead);
  if (moved !== null && !isOthersDoing(state, stable))
    return `stable runs ${moved}, expected ${expected ?? 'nothing'}`;
  if (!stable.alive && !backToDead) return `stable (${versionsText(stable.versions)}) is not alive`;
  noteEnd(state.place, stable, moved, backToDead);
  return null;
}

/**
 * Stable runs one other version as a whole. That is not the rollout's to put right, unless it is the version that it was
 * releasing itself to a target that has nowhere but stable's place for it.
 */
function isOthersDoing({ version, place }: RolloutState, { versions }: TrackState): boolean {
  const [only, ...others] = versions;
  if (only === undefined || others.length > 0) return false;
  return only !== version || place.can?.remove === true;
}

/** Counts an attempt that failed, and says so; from the third on, or where trying again cannot help, people are called. */
function noteAttempt(rollout: Rollout, { text, fatal }: NonNullable<Settled['problem']>): number {
  const { state } = rollout;
  const { position } = state;
  if (position.at !== 'settling') throw new Error('only what is settled is tried');
  position.attempts += 1;
  if (!fatal && position.attempts < 3) {
    enter(state, state.story.phase, `Not there yet, trying again: ${text}`);
    return position.attempts;
  }
  const before = position.stuck;
  position.stuck = true;
  const what = isPromoted(position) ? 'taking the canary away' : 'taking the canary back';
  enter(
    state,
    'stuck',
    `Stuck ${what}: ${text}. Mend the target, then resume to try at once; or abandon to give up`,
  );
  if (!before) tell(rollout, 'stuck', state.story.doing);
  return position.attempts;
}

/** What fails the workflow: it says what is left where, and everybody has been told. */
export async function abandoned(rollout: Rollout, why: string): Promise<ApplicationFailure> {
  const { service, version, place } = rollout.state;
  const { stable, split, share } = place;
  const left = `left as it is: ${service} with stable ${stable.before ?? 'unknown'}, canary ${version} ${share > 0 ? 'deployed' : 'removed'}, weight ${String(split.weight)}%`;
  tell(rollout, 'abandoned', `${why}; ${left}`);
  await lastNotices(rollout);
  return ApplicationFailure.nonRetryable(`${why}; ${left}`, 'Abandoned');
}
