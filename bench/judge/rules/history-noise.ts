import { bounds, type Arm, type History } from '../observed.ts';

/** Over how many minutes counts are added up before their spread is taken: noise that lasts shows in long blocks. */
const blockMinutes = [1, 5, 15, 60];

/** Requests slower than the bound at this place of `bounds`. */
export function slowSeries(arm: Arm, bound: number): Float64Array {
  const fast = arm.buckets[bound];
  return arm.requests.map((n, at) => n - (fast?.[at] ?? 0));
}

/** Places of the bounds that between 0.05 and 60% of all requests were slower than. */
export function tailBounds({ pods, others }: History): number[] {
  const arms = [...pods, others];
  const total = (series: (arm: Arm) => Float64Array): number =>
    arms.reduce((sum, arm) => sum + series(arm).reduce((a, b) => a + b, 0), 0);
  const requests = total((arm) => arm.requests);
  return [...bounds.keys()].filter((bound) => {
    const share = total((arm) => slowSeries(arm, bound)) / requests;
    return share >= 0.0005 && share <= 0.6;
  });
}

/**
 * How much more a pod's share of all events varies than its share of the requests explains: Pearson's X² over its
 * degrees of freedom, as the mean over the placebo pods, at the block length where it is largest; 1 at least.
 */
export function ratioDispersion(
  { pods, others, minutes }: History,
  events: (arm: Arm) => Float64Array,
): number {
  const arms = [...pods, others].map((arm) => ({ requests: arm.requests, events: events(arm) }));
  const at = blockMinutes.map((length) => {
    let [sum, blocks] = [0, 0];
    for (let from = 0; from + length <= minutes; from += length) {
      const counts = arms.map((arm) => ({
        n: blockSum(arm.requests, from, length),
        k: blockSum(arm.events, from, length),
      }));
      const n = counts.reduce((total, count) => total + count.n, 0);
      const k = counts.reduce((total, count) => total + count.k, 0);
      for (const pod of counts.slice(0, -1)) {
        const share = pod.n / n;
        const variance = k * share * (1 - share);
        if (!(variance > 0)) continue;
        sum += (pod.k - k * share) ** 2 / variance;
        blocks += 1;
      }
    }
    return blocks === 0 ? 1 : sum / blocks;
  });
  return Math.max(1, ...at);
}

function blockSum(series: Float64Array, from: number, length: number): number {
  let sum = 0;
  for (let at = from; at < from + length; at += 1) sum += series[at] ?? 0;
  return sum;
}

/** The spread of a pod's gauge, in its own unit. */
export interface GaugeNoise {
  /** Of one pod's value of a minute. */
  podSd: number;
  /** Of the difference between a pod and the others: the root of its long-run variance per minute. */
  differenceSd: number;
}

/**
 * The long-run variance is the largest, over block lengths, of the length times the mean square of the blocks' mean
 * differences: pods that differ for good make it large.
 */
export function gaugeNoise({ pods, others, minutes }: History): GaugeNoise {
  const differences = pods.map((pod) => pod.gauge.map((value, at) => value - (others.gauge[at] ?? 0)));
  const longRun = blockMinutes.map((length) => {
    let [sum, blocks] = [0, 0];
    for (const difference of differences) {
      for (let from = 0; from + length <= minutes; from += length) {
        sum += (blockSum(difference, from, length) / length) ** 2;
        blocks += 1;
      }
    }
    return (length * sum) / blocks;
  });
  const variance = longRun[0] ?? 0;
  return { podSd: Math.sqrt(variance), differenceSd: Math.sqrt(Math.max(...longRun)) };
}
