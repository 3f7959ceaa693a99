import { boundedSteps } from '../../src/domain/kept-steps.ts';
import type { StepRecord } from '../../src/domain/rollout.ts';
import { moveTo, type Forward } from '../position.ts';
import { isoNow, type RolloutState } from '../state.ts';

/** Sentences of verdicts that are kept: a test without a signal is tried again and again. */
const mostVerdicts = 150;

/** Writes down a verdict that decided something; of very many the newest, and that there were others. */
export function noteVerdict(state: RolloutState, because: string): void {
  const all = [...state.verdicts, because];
  state.verdicts =
    all.length <= mostVerdicts ? all : ['earlier ones are left out', ...all.slice(1 - mostVerdicts)];
}

/** Writes a step, counted from 0, down as over. */
export function recordStep(
  state: RolloutState,
  step: number,
  ended: StepRecord['ended'],
  because: string,
): void {
  const behind = state.verdict?.metrics.filter(({ evidence }) => evidence !== undefined) ?? [];
  state.done = boundedSteps([
    ...state.done,
    {
      step: step + 1,
      label: state.labels[step] ?? '',
      ended,
      because,
      at: isoNow(),
      ...(behind.length > 0 && { evidence: behind }),
    },
  ]);
  noteVerdict(state, because);
}

/** Goes on with the next step. */
export function finishStep(
  state: RolloutState,
  step: number,
  ended: Exclude<StepRecord['ended'], 'taken-back'>,
  because: string,
): void {
  moveTo(state, stepAt(step + 1, state.labels.length));
  recordStep(state, step, ended, because);
}

/** At the beginning of a step, or beyond the last one. */
export function stepAt(step: number, all: number): Forward {
  return step < all ? { at: 'step', step, bake: null, gate: null } : { at: 'keeping' };
}
