import type { Wander } from '../world/wander.ts';

/** A pod's noise as a chain over a few factors: how likely each is at first, and how it moves from minute to minute. */
export interface Latent {
  factors: readonly number[];
  first: readonly number[];
  nextMinute(masses: Float64Array): Float64Array;
}

/** The law of a wander on a grid fine enough that a finer one changes nothing. */
export function latentOf(wander: Wander): Latent {
  if (wander.kind === 'none') return { factors: [1], first: [1], nextMinute: (masses) => masses };
  if (wander.kind === 'gamma') return gammaLatent(1 / wander.variance);
  const states = Array.from({ length: 33 }, (_, at) => (at - 16) / 4);
  const first = shares(states.map((state) => Math.exp(-(state ** 2) / 2)));
  const factors = states.map((state) => Math.exp(wander.sd * state - wander.sd ** 2 / 2));
  if (wander.kind === 'lasting') return { factors, first, nextMinute: (masses) => masses };
  const variance = 1 - wander.correlation ** 2;
  const moves = states.map((from) =>
    shares(states.map((to) => Math.exp(-((to - wander.correlation * from) ** 2) / (2 * variance)))),
  );
  return {
    factors,
    first,
    nextMinute(masses) {
      const next = new Float64Array(masses.length);
      moves.forEach((row, from) => {
        const mass = masses[from] ?? 0;
        row.forEach((share, to) => (next[to] = (next[to] ?? 0) + mass * share));
      });
      return next;
    },
  };
}

/** Each minute anew. The density of the logarithm, so that the grid is fine near 0. */
function gammaLatent(shape: number): Latent {
  const factors = Array.from({ length: 48 }, (_, at) => Math.exp(-5 + (at * 7) / 47));
  const first = shares(factors.map((factor) => factor ** shape * Math.exp(-shape * factor)));
  return { factors, first, nextMinute: () => Float64Array.from(first) };
}

function shares(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** What is known of a pod's noise after what was seen of it (Rabiner, "A tutorial on hidden Markov models", 1989). */
export class Filter {
  private readonly latent: Latent;
  private readonly logs: Float64Array;
  private masses: Float64Array;

  constructor(latent: Latent) {
    this.latent = latent;
    this.masses = Float64Array.from(latent.first);
    this.logs = new Float64Array(latent.first.length);
  }

  nextMinute(): void {
    this.masses = this.latent.nextMinute(this.masses);
  }

  /**
   * Learns from an observation and returns the logarithm of its likelihood, given all before.
   *
   * @param logLikelihood of the observation, for a factor
   */
  see(logLikelihood: (factor: number) => number): number {
    let highest = -Infinity;
    for (let at = 0; at < this.logs.length; at += 1) {
      const log = logLikelihood(this.latent.factors[at] ?? 1);
      this.logs[at] = log;
      if (log > highest) highest = log;
    }
    if (highest === -Infinity) return -Infinity;
    let sum = 0;
    for (let at = 0; at < this.logs.length; at += 1) {
      const mass = (this.masses[at] ?? 0) * Math.exp((this.logs[at] ?? 0) - highest);
      this.masses[at] = mass;
      sum += mass;
    }
    for (let at = 0; at < this.logs.length; at += 1) this.masses[at] = (this.masses[at] ?? 0) / sum;
    return highest + Math.log(sum);
  }
}
