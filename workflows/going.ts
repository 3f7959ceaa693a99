import { CancellationScope, condition, ContinueAsNew, isCancellation } from '@temporalio/workflow';
import { endingOf } from './ending.ts';
import type { Ending, Rollout } from './state.ts';

/**
 * Goes forward until that is over or somebody aborts, and writes down how the rollout is to end. An abort does
 * not wait for what is under way: `going` settles when that has stopped.
 */
export async function goUntilEnded(rollout: Rollout, go: (rollout: Rollout) => Promise<void>): Promise<void> {
  const { state } = rollout;
  const { asked } = state;
  state.ending = null;
  const seen: { ending: Ending | null; long: ContinueAsNew | null } = { ending: null, long: null };
  const scope = new CancellationScope();
  rollout.going = scope
    .run(() => go(rollout))
    .then(
      () => {
        seen.ending = { outcome: 'promoted', cause: state.verdicts.at(-1) ?? 'promoted' };
      },
      (reason: unknown) => {
        if (reason instanceof ContinueAsNew) seen.long = reason;
        else seen.ending = endingOf(reason);
      },
    );
  try {
    await condition(() => seen.ending !== null || seen.long !== null || asked.abort !== null);
  } catch (reason) {
    if (!isCancellation(reason)) throw reason;
    asked.abort ??= 'aborted: the workflow was cancelled';
  }
  if (seen.long !== null) throw seen.long;
  const aborted = asked.abort !== null && seen.ending?.outcome !== 'promoted';
  if (aborted) scope.cancel();
  state.ending = aborted ? { outcome: 'aborted', cause: asked.abort ?? 'aborted' } : seen.ending;
}
