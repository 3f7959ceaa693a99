import type { Counted } from './share-limit.ts';

/**
 * How much more the events of a rollout vary than independent ones, from its own ticks: Pearson's X² of each minute against
 * the one before it, on average. A share that has changed for good shows in one pair of minutes only, so that it does not
 * pass for noise.
 */
export type BlockDispersion = readonly [
  /** Of the minute that is being filled: its milliseconds, requests and events; then of the one before it. */
  length: number,
  total: number,
  events: number,
  totalBefore: number,
  eventsBefore: number,
  /** Of all pairs so far: the sum of X², and their number. */
  sum: number,
  pairs: number,
];

export const noBlocks: BlockDispersion = [0, 0, 0, 0, 0, 0, 0];

const minute = 60_000;
/** So many pairs without excess are taken as seen before the first: a few minutes alone say little. */
const before = 10;
/** What one pair adds at most, so that a disaster does not make everything after it seem to be noise. */
const most = 20;

/** From 1 on; of past ticks alone, so that the next one is judged by what was known before it. */
export function blockDispersion([, , , , , sum, pairs]: BlockDispersion): number {
  return Math.max(1, (sum + before) / (pairs + before));
}

/** @param added milliseconds of the tick */
export function withCounted(blocks: BlockDispersion, counted: Counted, added: number): BlockDispersion {
  const [, , , totalBefore, eventsBefore, sum, pairs] = blocks;
  const length = blocks[0] + added;
  const total = blocks[1] + counted.total;
  const events = blocks[2] + counted.events;
  if (length < minute) return [length, total, events, totalBefore, eventsBefore, sum, pairs];
  const deviation = pearson({ events, total }, { events: eventsBefore, total: totalBefore });
  if (deviation === null) return [0, 0, 0, total, events, sum, pairs];
  return [0, 0, 0, total, events, rounded(sum + Math.min(most, deviation)), pairs + 1];
}

/** Two decimals keep the state short. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** X² with one degree of freedom; null where both have nothing that could differ. */
function pearson(one: Counted, other: Counted): number | null {
  const total = one.total + other.total;
  const share = (one.events + other.events) / total;
  if (one.total === 0 || other.total === 0 || share === 0 || share === 1) return null;
  const deviation = one.events - one.total * share;
  return (deviation ** 2 * total) / (one.total * other.total * share * (1 - share));
}
