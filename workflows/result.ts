import type { RolloutResult } from '../src/domain/rollout.ts';
import { countOutcome } from './metrics.ts';
import type { Rollout } from './state.ts';
import { finishStep } from './step.ts';
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
  const how =
    status.verified === true ? 'read back from the target' : 'not read back: the target could not tell';
  const serves = ending.outcome === 'promoted' ? plan.version : (status.stable ?? 'what served before');
  enter(state, 'ended', `${ending.outcome}, ${serves} serves everyone (${how}): ${ending.cause}`);
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
    steps: steps.done,
    verdicts: state.verdicts,
  };
}
