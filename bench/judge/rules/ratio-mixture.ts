import type { Question } from '../../../src/judge/sequential/rate-ratio.ts';

/**
 * `rate-ratio.ts` tick by tick, with evidence that starts at several times: Σ over starts and alternatives of weight ×
 * likelihood ratio since that start, plus the weight of starts to come. A mixture of e-processes is one.
 */
export class RatioMixture {
  private readonly grid: readonly number[];
  private readonly boundary: number;
  private readonly dispersion: number;
  private readonly logs: readonly number[];
  private readonly masses: Float64Array;
  /** The e-value so far. */
  evidence = 1;

  /** @param dispersion what each likelihood ratio's logarithm is divided by, from 1 on */
  constructor({ grid, boundary }: Question, dispersion: number) {
    this.grid = grid;
    this.boundary = boundary;
    this.dispersion = dispersion;
    this.logs = grid.map((ratio) => Math.log(ratio / boundary));
    this.masses = new Float64Array(grid.length);
  }

  /**
   * @param odds the canary's exposure over stable's
   * @param starting the weight that starts with this tick; @param later that of all later starts
   */
  add(canaryEvents: number, stableEvents: number, odds: number, starting: number, later: number): void {
    const all = canaryEvents + stableEvents;
    const isInert = all === 0 || !(odds > 0 && odds < Infinity);
    if (isInert && starting === 0) return;
    const reference = Math.log1p(odds * this.boundary);
    const share = starting / this.grid.length;
    let sum = 0;
    for (let at = 0; at < this.masses.length; at += 1) {
      const gain = isInert
        ? 0
        : canaryEvents * (this.logs[at] ?? 0) - all * (Math.log1p(odds * (this.grid[at] ?? 0)) - reference);
      const mass = ((this.masses[at] ?? 0) + share) * Math.exp(gain / this.dispersion);
      this.masses[at] = mass;
      sum += mass;
    }
    this.evidence = sum + later;
  }
}
