import type { Random } from '../../../src/domain/random.ts';

/**
 * How much the error rate of one pod varies although nothing was released: a factor for each minute, with mean 1 and
 * independent of all other pods'.
 */
export type Wander =
  | { kind: 'none' }
  /** A gamma variable anew each minute. */
  | { kind: 'gamma'; variance: number }
  /** The logarithm is an autoregression of minutes with normal values. */
  | { kind: 'autoregression'; correlation: number; sd: number }
  /** A log-normal factor for as long as the pod lives. */
  | { kind: 'lasting'; sd: number };

/** The factor of one pod in each minute. */
export function wanderOf(wander: Wander, minutes: number, random: Random): Float64Array {
  const factors = new Float64Array(minutes).fill(1);
  if (wander.kind === 'none') return factors;
  if (wander.kind === 'gamma') return factors.map(() => random.gamma(1 / wander.variance));
  const correlation = wander.kind === 'lasting' ? 1 : wander.correlation;
  let state = random.normal();
  return factors.map(() => {
    const factor = Math.exp(wander.sd * state - wander.sd ** 2 / 2);
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * random.normal();
    return factor;
  });
}

/** The mean factor of some pods in each minute. */
export function meanWander(wander: Wander, pods: number, minutes: number, random: Random): Float64Array {
  if (wander.kind === 'none') return new Float64Array(minutes).fill(1);
  if (wander.kind === 'gamma') {
    return wanderOf({ kind: 'gamma', variance: wander.variance / pods }, minutes, random);
  }
  const sum = new Float64Array(minutes);
  for (let pod = 0; pod < pods; pod += 1) {
    wanderOf(wander, minutes, random).forEach(
      (factor, minute) => (sum[minute] = (sum[minute] ?? 0) + factor),
    );
  }
  return sum.map((total) => total / pods);
}
