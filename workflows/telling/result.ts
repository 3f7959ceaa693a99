import { backToDeadText } from '../../src/domain/dead-stable.ts';
import { movedText } from '../../src/domain/moved.ts';
import { nothingChanged, type RolloutResult } from '../../src/domain/rollout.ts';
import { isUntouched } from '../place/place.ts';
import { isForward, type Decided } from '../position.ts';
import { recordStep, stepAt } from '../procedure/step.ts';
import type { RolloutState } from '../state.ts';
import { countOutcome } from './metrics.ts';
import { enter } from './story.ts';

/**
 * Writes down the end: last words, and the step in force if the canary was taken back in it.
 *
 * @param verified it was read back and is what the ending says
 */
export function close(state: RolloutState, verified: boolean): void {
  if (isForward(state.position)) throw new Error('a rollout ends with an ending');
  const { ending, from } = state.position;
  const { outcome, cause } = ending;
  const takenBack = from.at === 'step' && outcome !== 'promoted';
  if (takenBack) recordStep(state, from.step, 'taken-back', cause);
  countOutcome(outcome);
  const serving = servingText(state, ending, verified);
  state.position = {
    at: 'ended',
    ending,
    from: takenBack ? stepAt(from.step + 1, state.labels.length) : from,
    verified,
    serving,
  };
  const how = verified ? 'read back from the target' : 'not read back: the target could not tell';
  const said = isUntouched(state.place) ? serving : `${serving} (${how})`;
  enter(state, 'ended', `${outcome}, ${said}: ${cause}`);
}

/** What serves at the end. That one version serves everyone is only said where it was read back. */
function servingText(
  { place, version }: RolloutState,
  { outcome }: Decided['ending'],
  verified: boolean,
): string {
  const { before, now, dead, backTo = null } = place.stable;
  if (isUntouched(place)) return nothingChanged;
  const promoted = outcome === 'promoted';
  const serves = promoted ? version : before;
  if (!promoted && dead !== undefined && (now === undefined || !verified))
    return backToDeadText(before, verified ? backTo : null);
  if (!verified) return `${serves ?? 'what served before'} should serve everyone`;
  if (now !== undefined)
    return promoted
      ? `stable runs ${now}, changed by someone else after ${version} was promoted`
      : `${movedText(now, before)}${backTo?.alive === false ? ', and it is not alive' : ''}`;
  return serves === null ? 'nothing serves, as before this first release' : `${serves} serves everyone`;
}

export function resultOf({ position, service, version, place, done, verdicts }: RolloutState): RolloutResult {
  if (position.at !== 'ended') throw new Error('a result comes after the end');
  const { ending, verified, serving } = position;
  const { outcome, cause } = ending;
  return {
    outcome,
    cause,
    verified,
    service,
    version,
    stable: place.stable.before,
    serving,
    steps: done,
    verdicts,
  };
}
