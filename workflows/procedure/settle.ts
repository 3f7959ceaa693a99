import { ApplicationFailure, condition, ContinueAsNew, patched, sleep } from '@temporalio/workflow';
import type { ReadBack } from '../../activities/read-back.ts';
import { movedTo, othersIn } from '../../src/domain/moved.ts';
import type { TrackState } from '../../src/domain/rollout.ts';
import { noTraffic, sameSplit, splitLabel } from '../../src/domain/split.ts';
import { versionsText } from '../../src/domain/versions.ts';
import { removeCanary, shiftTraffic } from '../place/effect.ts';
import { isFatal, sentenceOf } from './ending.ts';
import { continueIfLong, continueRollout, isCrowded } from '../engine/long.ts';
import { noteStable } from '../place/note-stable.ts';
import { lastNotices, tell } from '../telling/notices.ts';
import { readBack } from '../place/read-back.ts';
import { now, type Rollout, type RolloutState } from '../state.ts';
import { enter } from '../telling/story.ts';

/** The canary lives on this long after its traffic is gone, for the requests under way (ms). */
const drain = 5_000;
const longestPause = 300_000;

/**
 * Brings the target to what the ending says, all new or all old, with no canary left, and reads it back. Tries
 * until it is so, or a person gives it up; from the third attempt on the rollout is stuck and says so.
 *
 * @throws ApplicationFailure `Abandoned`, which fails the workflow
 */
export async function settle(rollout: Rollout): Promise<void> {
  const { asked, status, undo } = rollout.state;
  if (!undo.traffic && !undo.canary) {
    status.verified = status.capabilities?.check === true;
    return;
  }
  for (;;) {
    const problem = await settleOnce(rollout).catch(problemOf);
    if (problem === null) return;
    rollout.state.attempts += 1;
    if (problem.fatal || rollout.state.attempts >= 3) beStuck(rollout, problem.text);
    else enter(rollout.state, rollout.state.doing, `Not there yet, trying again: ${problem.text}`);
    asked.retry = false;
    const pause = Math.min(longestPause, 5_000 * 2 ** (rollout.state.attempts - 1));
    await condition(() => asked.retry || asked.abandon !== null || isCrowded(rollout), pause, {
      summary: 'Until the next attempt',
    });
    if (asked.abandon !== null) throw await abandoned(rollout, `${asked.abandon}; ${status.doing}`);
    await continueIfLong(rollout);
  }
}

type Problem = { text: string; fatal: boolean };

function problemOf(reason: unknown): Problem {
  if (reason instanceof ContinueAsNew) throw reason;
  return { text: sentenceOf(reason), fatal: isFatal(reason) };
}

/** Traffic goes back at once; what the release was still doing is waited for only then. */
async function settleOnce(rollout: Rollout): Promise<Problem | null> {
  const { state } = rollout;
  const { capabilities } = state.status;
  const { undo } = state;
  if (undo.traffic) await shiftTraffic(rollout, noTraffic);
  await rollout.going;
  if (undo.canary && (state.ending?.outcome !== 'promoted' || capabilities?.remove === true)) {
    if (undo.traffic) await sleep(drain, { summary: 'Let the requests under way end' });
    await removeCanary(rollout, await stableToPutBack(rollout));
  }
  if (state.unansweredUntil > now() && capabilities?.fence !== true) {
    await condition(() => isCrowded(rollout), state.unansweredUntil - now(), {
      summary: 'Until no attempt without an answer can still act',
    });
    if (state.unansweredUntil > now()) await continueRollout(rollout);
  }
  const found = await readBack(rollout, 'Read back what runs');
  const problem = differs(rollout, found);
  state.status.verified =
    problem === null &&
    capabilities !== null &&
    found.stable !== null &&
    (found.split !== null || !undo.traffic);
  return problem === null ? null : { text: problem, fatal: false };
}

/**
 * What a target without `remove` is given back: what stable ran when the rollout began, or the one version that someone
 * else has put there since.
 *
 * @throws ApplicationFailure while that is still under way: nobody knows how it is meant to end
 */
async function stableToPutBack(rollout: Rollout): Promise<string | null> {
  const { stable, version, capabilities } = rollout.state.status;
  if (capabilities?.remove === true || capabilities?.check !== true) return stable;
  if (!patched('stable-before-its-return')) return stable;
  const found = (await readBack(rollout, 'What runs before stable is put back?')).stable;
  noteStable(rollout, found);
  const others = found === null ? [] : othersIn(found, version);
  if (others.length > 1 && patched('one-version-is-put-back'))
    throw ApplicationFailure.create({
      message: `stable runs ${versionsText(others)}, changed meanwhile by someone else: the canary is replaced once that is one version`,
    });
  return others[0] ?? stable;
}

/** How what was read back differs from what the ending says; null if it does not, as far as can be told. */
function differs({ plan, state }: Rollout, { split, stable, canary, baseline }: ReadBack): string | null {
  const expected = state.ending?.outcome === 'promoted' ? plan.version : state.status.stable;
  if (split !== null && state.undo.traffic && !sameSplit(split, noTraffic))
    return `the canary still gets ${splitLabel({ ...split, audience: null })} of the traffic${split.audience === null ? '' : ' and an audience'}`;
  if (canary !== null && state.undo.canary && canary.versions.length > 0)
    return `the canary still runs ${versionsText(canary.versions)}`;
  if (baseline !== undefined && state.undo.canary && baseline.versions.length > 0)
    return `the baseline still runs ${versionsText(baseline.versions)}`;
  // A rollout that was reset and then refused by preflight does not know what stable was.
  const unknown = expected === null && state.status.capabilities === null;
  if (stable === null || unknown || (expected === null && stable.versions.length === 0)) return null;
  const backToDead = state.ending?.outcome !== 'promoted' && state.status.deadStable !== undefined;
  const now = movedTo(expected, stable, backToDead);
  if (now !== null && !isOthersDoing(state, stable))
    return `stable runs ${now}, expected ${expected ?? 'nothing'}`;
  if (!stable.alive && !backToDead) return `stable (${versionsText(stable.versions)}) is not alive`;
  if (backToDead) state.backTo = { alive: stable.alive, versions: stable.versions };
  if (now === null) delete state.status.stableNow;
  else state.status.stableNow = now;
  return null;
}

/**
 * Stable runs one other version as a whole. That is not the rollout's to put right, unless it is the version that it was
 * releasing itself to a target that has nowhere but stable's place for it.
 */
function isOthersDoing({ status }: RolloutState, { versions }: TrackState): boolean {
  const [only, ...others] = versions;
  if (only === undefined || others.length > 0) return false;
  return only !== status.version || status.capabilities?.remove === true;
}

function beStuck(rollout: Rollout, problem: string): void {
  const { state } = rollout;
  const before = state.doing;
  const what = state.ending?.outcome === 'promoted' ? 'taking the canary away' : 'taking the canary back';
  enter(
    state,
    'stuck',
    `Stuck ${what}: ${problem}. Mend the target, then resume to try at once; or abandon to give up`,
  );
  if (before !== 'stuck') tell(rollout, 'stuck', state.status.doing);
}

/** What fails the workflow: it says what is left where, and everybody has been told. */
export async function abandoned(rollout: Rollout, why: string): Promise<ApplicationFailure> {
  const { state } = rollout;
  const { service, stable, version, weight } = state.status;
  const left = `left as it is: ${service} with stable ${stable ?? 'unknown'}, canary ${version} ${state.share > 0 ? 'deployed' : 'removed'}, weight ${String(weight)}%`;
  tell(rollout, 'abandoned', `${why}; ${left}`);
  await lastNotices(rollout);
  return ApplicationFailure.nonRetryable(`${why}; ${left}`, 'Abandoned');
}
