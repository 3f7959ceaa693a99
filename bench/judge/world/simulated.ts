import type { Observed } from '../observed.ts';
import type { EffectName } from './effects.ts';
import type { WorldName } from './worlds.ts';

/** A run that was drawn from a law, which its oracle may know. */
export interface Simulated extends Observed {
  readonly truth: Truth;
}

/** The law by which a run was drawn. Rules have no business with it; the oracle is made of it. */
interface Truth {
  readonly world: WorldName;
  readonly effect: EffectName;
  /** The first tick with harm. */
  readonly onset: number;
  /** What the error rate is multiplied by in both arms, in each tick. */
  readonly incident: Float64Array;
  /** The mean of both arms' gauges without noise and harm, in each tick. */
  readonly gauge: Float64Array;
}
