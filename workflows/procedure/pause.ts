import { condition } from '@temporalio/workflow';
import { stepOf } from '../position.ts';
import { isoNow, now, type RolloutState, type Watch } from '../state.ts';
import { show } from '../telling/story.ts';

/** Holds the weight and stops the clock of the bake; `by` is null where nobody gave a name. */
export function pause(state: RolloutState, by: string | null, reason: string | null): void {
  const { watch, position } = state;
  state.paused = { since: isoNow(), by, reason };
  watch.pauses = merged([...watch.pauses, { from: now(), to: null }]);
  const bake = stepOf(position)?.bake ?? null;
  if (bake !== null) bake.since = null;
}

/** The clock goes on, and so does the budget of time without a signal, from its beginning. */
export function resume(state: RolloutState): void {
  state.paused = null;
  state.noSignal.spent = 0;
  const last = state.watch.pauses.at(-1);
  if (last?.to === null) last.to = now();
}

/** Pauses in one chapter that are told apart: beyond them the time between the two oldest counts as paused, too. */
const mostPauses = 500;

function merged(pauses: Watch['pauses']): Watch['pauses'] {
  const [first, second, ...others] = pauses;
  if (pauses.length <= mostPauses || first === undefined || second === undefined) return pauses;
  return [{ from: first.from, to: second.to }, ...others];
}

/** Comes back at once, or when a pause is over. */
export async function notPaused(state: RolloutState): Promise<void> {
  if (state.paused === null) return;
  show(state);
  await condition(() => state.paused === null);
}
