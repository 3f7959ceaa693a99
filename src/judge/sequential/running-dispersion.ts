import type { Counts } from './rate-ratio.ts';

/**
 * How much the counts of a rollout vary beyond independent events, from its own ticks: what there is to go by where no
 * history says it. Pearson's X² over its degrees of freedom, of the canary's part in the events of blocks of one, five
 * and fifteen minutes, against the ratio that has been seen so far; the largest of the three.
 */
export type RunningDispersion = readonly [
  /** The canary's events so far, and how many it would have by stable's rate. */
  canary: number,
  expected: number,
  minutes: Block,
  fives: Block,
  quarters: Block,
];

/** The block that is being filled, its length in milliseconds; and of those that are full their X² and their number. */
type Block = readonly [length: number, deviation: number, variance: number, sum: number, full: number];

/** So many blocks without excess are taken as seen before the first: a few blocks alone say little. */
const before = 3;

/**
 * What a block adds at most. Where the canary has its own errors beside those of a storm that hits both arms, its part in the
 * events changes as the storm comes and goes; without a bound such blocks would make the metric deaf for hours.
 */
const most = 20;

/** A block goes on until it is expected to tell something: X² of less than about one event is not Pearson's. */
const leastVariance = 1;

const empty: Block = [0, 0, 0, 0, 0];
export const noDispersion: RunningDispersion = [0, 0, empty, empty, empty];

/** From 1 on; of past ticks alone, so that the next one is judged by what was known before it. */
export function dispersionOf([, , ...blocks]: RunningDispersion): number {
  return Math.max(1, ...blocks.map(([, , , sum, full]) => (sum + before) / (full + before)));
}

export function withTick(running: RunningDispersion, counts: Counts, length: number): RunningDispersion {
  const { canaryEvents, stableEvents, canaryExposure, stableExposure } = counts;
  if (canaryExposure === 0 || stableExposure === 0) return running;
  const all = canaryEvents + stableEvents;
  const alike = (stableEvents * canaryExposure) / stableExposure;
  const canary = running[0] + canaryEvents;
  const expected = running[1] + alike;
  // Half an event on either side keeps the ratio finite.
  const odds = (((canary + 0.5) / (expected + 0.5)) * canaryExposure) / stableExposure;
  const share = odds / (1 + odds);
  const deviation = canaryEvents - all * share;
  const variance = all * share * (1 - share);
  const tick = { length, deviation, variance };
  const [, , minutes, fives, quarters] = running;
  return [
    canary,
    brief(expected, 7),
    filled(minutes, tick, 60_000),
    filled(fives, tick, 300_000),
    filled(quarters, tick, 900_000),
  ];
}

function filled(
  [length, deviation, variance, sum, full]: Block,
  tick: { length: number; deviation: number; variance: number },
  wanted: number,
): Block {
  const so = {
    length: length + tick.length,
    deviation: brief(deviation + tick.deviation, 4),
    variance: brief(variance + tick.variance, 4),
  };
  if (so.length < wanted || so.variance < leastVariance) {
    return [so.length, so.deviation, so.variance, sum, full];
  }
  const excess = Math.min(most, so.deviation ** 2 / so.variance);
  return [0, 0, 0, Math.round((sum + excess) * 10) / 10, full + 1];
}

/** Keeps the state short. Of digits, not of decimals: a tick of a small canary adds thousandths. */
function brief(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
