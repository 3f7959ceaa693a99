import type { OnInconclusive } from './steps.ts';
import type { VerdictKind } from '../judge/verdict.ts';

/** How a step stands when there is something to decide. */
export interface Standing {
  /** Of the step in force; null before its first look. */
  verdict: VerdictKind | null;
  /** Milliseconds that the step was watched with a signal and not paused. */
  baked: number;
  bake: { min: number; max: number };
  onInconclusive: OnInconclusive;
  /** The bake was extended before. */
  extended: boolean;
  paused: boolean;
  /** Milliseconds without a signal, what `onNoSignal` allows of them, and what comes then. */
  noSignal: { spent: number; allowed: number; then: 'pause' | 'roll-back' };
}

/**
 * `watch`: go on baking; `hold`: keep the weight and keep judging, for evidence or a person; `extend`: bake as
 * long again; the others say what they do.
 */
export type Decision = 'watch' | 'hold' | 'extend' | 'advance' | 'pause' | 'roll-back';

/**
 * What next. `fail` takes back at once, paused or not; `pass` advances from the bake's minimum on; no signal
 * never does either, it holds until its budget is spent. A bake is extended once, and then holds.
 */
export function decide(standing: Standing): Decision {
  const { verdict, baked, bake, noSignal } = standing;
  if (verdict === 'fail') return 'roll-back';
  if (standing.paused) return 'watch';
  if (verdict === 'no-signal') return noSignal.spent < noSignal.allowed ? 'hold' : noSignal.then;
  if (verdict === 'pass' && baked >= bake.min) return 'advance';
  if (verdict === null || baked < bake.max) return 'watch';
  if (standing.onInconclusive === 'extend' && standing.extended) return 'hold';
  return standing.onInconclusive;
}
