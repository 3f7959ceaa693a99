import { condition } from '@temporalio/workflow';
import { boundedSteps } from '../../src/domain/kept-steps.ts';
import type { StepRecord } from '../../src/domain/rollout.ts';
import { isoNow, type Rollout, type RolloutState } from '../state.ts';
import { show } from '../telling/story.ts';

/** Comes back at once, or when a pause is over: nothing is shifted or promoted while paused. */
export async function notPaused(state: RolloutState): Promise<void> {
  if (state.status.paused === null) return;
  show(state);
  await condition(() => state.status.paused === null);
}

/** Sentences of verdicts that are kept: a test without a signal is tried again and again. */
const mostVerdicts = 150;

/** Writes down a verdict that decided something; of very many the newest, and that there were others. */
export function noteVerdict(state: RolloutState, because: string): void {
  const all = [...state.verdicts, because];
  state.verdicts =
    all.length <= mostVerdicts ? all : ['earlier ones are left out', ...all.slice(1 - mostVerdicts)];
}

/** Writes a step down as over and makes the next one the step in force. */
export function finishStep({ state }: Rollout, ended: StepRecord['ended'], because: string): void {
  const { steps, verdict } = state.status;
  const label = steps.labels[steps.at] ?? '';
  const compared = verdict?.metrics.filter(({ evidence }) => evidence !== undefined) ?? [];
  steps.done = boundedSteps([
    ...steps.done,
    {
      step: steps.at + 1,
      label,
      ended,
      because,
      at: isoNow(),
      ...(compared.length > 0 && { evidence: compared }),
    },
  ]);
  noteVerdict(state, because);
  steps.at += 1;
  state.status.bake = null;
  state.status.gate = null;
}
