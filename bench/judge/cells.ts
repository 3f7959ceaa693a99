import { measure, type Measures } from './measures.ts';
import type { Signal } from './observed.ts';
import type { Outcome, Outcomes } from './outcome.ts';

/** A rule in a world, under an effect, by what one signal says. */
export interface Cell {
  world: string;
  effect: string;
  signal: Signal;
  rule: string;
  /** The day on which it was measured, if that was not now. */
  on?: string | undefined;
  outcomes: readonly Outcome[];
  measures: Measures;
}

/** Every cell of a benchmark. */
export class Cells {
  readonly all: readonly Cell[];

  /**
   * @param results of each job that was run, in the order of the jobs: so the cells do not depend on who was ready first
   * @param isHarm whether a rule ought to find the effect
   */
  constructor(
    jobs: readonly Pick<Cell, 'world' | 'effect'>[],
    results: readonly (readonly Outcomes[] | undefined)[],
    isHarm: (effect: string) => boolean,
  ) {
    const gathered = new Map<string, Omit<Cell, 'measures' | 'outcomes'> & { outcomes: Outcome[] }>();
    jobs.forEach(({ world, effect }, at) => {
      for (const { rule, signal, on, outcomes } of results[at] ?? []) {
        const key = [world, effect, signal, rule].join();
        const cell = gathered.get(key) ?? { world, effect, signal, rule, on, outcomes: [] };
        gathered.set(key, cell);
        cell.outcomes.push(...outcomes);
      }
    });
    this.all = [...gathered.values()].map((cell) => ({
      ...cell,
      measures: measure(cell.outcomes, isHarm(cell.effect)),
    }));
  }

  /** Undefined where it was not run. */
  find(of: Pick<Cell, 'world' | 'effect' | 'signal' | 'rule'>): Measures | undefined {
    const found = this.all.find(
      ({ world, effect, signal, rule }) =>
        world === of.world && effect === of.effect && signal === of.signal && rule === of.rule,
    );
    return found?.measures;
  }
}
