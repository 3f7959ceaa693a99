import { CancellationScope, condition, ContinueAsNew, isCancellation } from '@temporalio/workflow';
import type { Notice } from '../../activities/ports.ts';
import { isOvertaken } from '../engine/failures.ts';
import { decideOn, type DecidedOutcome } from '../position.ts';
import { outcomeOf } from './take-back.ts';
import { continueRollout, isCrowded } from '../engine/long.ts';
import { catchUp } from './catch-up.ts';
import type { Rollout } from '../state.ts';

type Go = (rollout: Rollout) => Promise<void>;

/**
 * Goes forward until that is over or somebody aborts, and writes down how the rollout is to end. An abort does
 * not wait for what is under way: `going` settles when that has stopped. Where the target has gone on without the
 * rollout, it stops, catches up and goes on from where the state stands. Where too much is said to this run, it stops and
 * goes on in a new one.
 */
export async function goUntilEnded(rollout: Rollout, go: Go): Promise<void> {
  let decided = await goOnce(rollout, go);
  while (decided === null) decided = await goOnce(rollout, go);
  decideOn(rollout.state, decided);
}

/** Null if it has fallen behind meanwhile. */
async function goOnce(rollout: Rollout, go: Go): Promise<DecidedOutcome | null> {
  const { state } = rollout;
  const { asked, place } = state;
  const { behind } = place;
  const seen: { over: boolean; decided: DecidedOutcome | null; long: ContinueAsNew | null } = {
    over: false,
    decided: null,
    long: null,
  };
  const fellBehind = (): boolean => place.behind !== null && place.behind !== behind;
  let leaving = false;
  const scope = new CancellationScope();
  rollout.going = scope
    .run(async () => {
      if (behind !== null) await catchUp(rollout, behind.weight);
      await go(rollout);
    })
    .then(
      () => {
        seen.decided = { outcome: 'promoted', cause: state.verdicts.at(-1) ?? 'promoted' };
      },
      (reason: unknown) => {
        if (reason instanceof ContinueAsNew) seen.long = reason;
        else if (leaving && isCancellation(reason)) return;
        else if (!fellBehind() || !(isCancellation(reason) || isOvertaken(reason)))
          seen.decided = outcomeOf(reason);
      },
    )
    .then(() => {
      seen.over = true;
    });
  let untold: Notice[] = [];
  const stopped = (): boolean => seen.decided !== null || seen.long !== null || asked.abort !== null;
  try {
    await condition(() => stopped() || fellBehind() || (isCrowded(rollout) && !rollout.watching));
    if (!stopped()) {
      untold = [...state.notices];
      leaving = isCrowded(rollout);
      scope.cancel();
      await condition(() => stopped() || seen.over);
    }
  } catch (reason) {
    if (!isCancellation(reason)) throw reason;
    asked.abort ??= 'aborted: the workflow was cancelled';
  }
  if (seen.long !== null) throw seen.long;
  if (leaving && !stopped()) {
    // Those under way were cancelled with the rest.
    state.notices = untold;
    await continueRollout(rollout);
  }
  const aborted = asked.abort !== null && seen.decided?.outcome !== 'promoted';
  if (aborted) scope.cancel();
  return aborted ? { outcome: 'aborted', cause: asked.abort ?? 'aborted' } : seen.decided;
}
