import { backToDeadText } from '../../src/domain/dead-stable.ts';
import { movedText } from '../../src/domain/moved.ts';
import { nothingChanged, type RolloutResult } from '../../src/domain/rollout.ts';
import { countOutcome } from './metrics.ts';
import type { Ending, Rollout, RolloutState } from '../state.ts';
import { finishStep } from '../procedure/step.ts';
import { enter } from './story.ts';

/** Writes the end into the status: last words, and the step in force if the canary was taken back in it. */
export function closeStatus(rollout: Rollout): void {
  const { plan, state } = rollout;
  const { status, ending } = state;
  if (ending === null) throw new Error('a rollout ends with an ending');
  if (ending.outcome !== 'promoted' && status.steps.at < plan.steps.length && state.prepared)
    finishStep(rollout, 'taken-back', ending.cause);
  countOutcome(ending.outcome);
  status.outcome = ending.outcome;
  status.cause = ending.cause;
  status.paused = null;
  state.serving = servingText(rollout, ending);
  const how =
    status.verified === true ? 'read back from the target' : 'not read back: the target could not tell';
  const serving = isUntouched(state) ? state.serving : `${state.serving} (${how})`;
  enter(state, 'ended', `${ending.outcome}, ${serving}: ${ending.cause}`);
}

function isUntouched({ undo }: RolloutState): boolean {
  return !undo.traffic && !undo.canary && !undo.stable;
}

/** What serves at the end. That one version serves everyone is only said where it was read back. */
function servingText({ plan, state }: Rollout, { outcome }: Ending): string {
  const { stable, stableNow, deadStable, verified } = state.status;
  if (isUntouched(state)) return nothingChanged;
  const promoted = outcome === 'promoted';
  const serves = promoted ? plan.version : stable;
  if (!promoted && deadStable !== undefined && (stableNow === undefined || verified !== true))
    return backToDeadText(stable, verified === true ? (state.backTo ?? null) : null);
  if (verified !== true) return `${serves ?? 'what served before'} should serve everyone`;
  if (stableNow !== undefined)
    return promoted
      ? `stable runs ${stableNow}, changed by someone else after ${plan.version} was promoted`
      : `${movedText(stableNow, stable)}${state.backTo?.alive === false ? ', and it is not alive' : ''}`;
  return serves === null ? 'nothing serves, as before this first release' : `${serves} serves everyone`;
}

export function resultOf({ state }: Rollout): RolloutResult {
  const { outcome, cause, verified, service, version, stable, steps } = state.status;
  if (outcome === null || cause === null) throw new Error('a result comes after the end');
  return {
    outcome,
    cause,
    verified: verified === true,
    service,
    version,
    stable,
    ...(state.serving !== undefined && { serving: state.serving }),
    steps: steps.done,
    verdicts: state.verdicts,
  };
}
