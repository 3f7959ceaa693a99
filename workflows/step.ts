import { condition } from '@temporalio/workflow';
import type { StepRecord } from '../src/domain/rollout.ts';
import { isoNow, type Rollout, type RolloutState } from './state.ts';
import { show } from './story.ts';

/** Comes back at once, or when a pause is over: nothing is shifted or promoted while paused. */
export async function notPaused(state: RolloutState): Promise<void> {
  if (state.status.paused === null) return;
  show(state);
  await condition(() => state.status.paused === null);
}

/** Writes a step down as over and makes the next one the step in force. */
export function finishStep({ state }: Rollout, ended: StepRecord['ended'], because: string): void {
  const { steps, verdict } = state.status;
  const label = steps.labels[steps.at] ?? '';
  const compared = verdict?.metrics.filter(({ evidence }) => evidence !== undefined) ?? [];
  steps.done.push({
    step: steps.at + 1,
    label,
    ended,
    because,
    at: isoNow(),
    ...(compared.length > 0 && { evidence: compared }),
  });
  state.verdicts.push(because);
  steps.at += 1;
  state.status.bake = null;
  state.status.gate = null;
}
