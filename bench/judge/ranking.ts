import type { Cell, Cells } from './cells.ts';
import { spreadOf } from './measures.ts';
import type { Signal } from './observed.ts';
import { rules } from './rules/registry.ts';
import type { EffectName } from './world/effects.ts';

/** A rule is safe in a world if the upper bound of its false alarms over 24 hours is at most this. */
export const highestFalseAlarms = 0.03;

/** The harm by which rules are ranked. */
export const ranked = {
  errors: 'errors-3',
  latency: 'p99-2',
  gauge: 'gauge',
} as const satisfies Record<Signal, EffectName>;

export interface Ranked {
  rule: string;
  /** Worlds in which it is not shown to be safe, of those in which it was tried. */
  unsafe: readonly string[];
  isUnsafeEverywhere: boolean;
  /**
   * The geometric mean, over worlds, of the median of the requests exposed until the harm was found, or until the end
   * of the run.
   */
  requests: number;
}

/**
 * Rules by how few requests they expose, those first that are safe in every world; oracles are left out. Others are
 * in no order: how soon a rule is that cries wolf says nothing.
 */
export function rank(cells: Cells, signal: Signal): { safe: Ranked[]; unsafe: Ranked[] } {
  const of = (rule: string, effect: EffectName): Cell[] =>
    cells.all.filter((cell) => cell.signal === signal && cell.rule === rule && cell.effect === effect);
  const all = rules.flatMap(({ name: rule }): Ranked[] => {
    const quiet = of(rule, 'none');
    if (quiet.length === 0) return [];
    const isUnsafe = ({ measures }: Cell): boolean => measures.falseAlarms.high > highestFalseAlarms;
    const unsafe = quiet.filter(isUnsafe).map(({ world }) => world);
    const medians = of(rule, ranked[signal]).map(({ outcomes }) => {
      return spreadOf(outcomes.map(({ exposed }) => exposed)).median;
    });
    const isUnsafeEverywhere = unsafe.length === quiet.length;
    return [{ rule, unsafe, isUnsafeEverywhere, requests: geometricMean(medians) }];
  });
  return {
    safe: all.filter(({ unsafe }) => unsafe.length === 0).toSorted((a, b) => a.requests - b.requests),
    unsafe: all.filter(({ unsafe }) => unsafe.length > 0),
  };
}

/** NaN of none. */
function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
