import { onset } from './ratio-test.ts';

/**
 * Whether a share of requests (of errors, of slow ones) is above a limit or below it, asked at any moment and as often as
 * one likes.
 *
 * A mixture of likelihood ratios Λ(p) / Λ(limit) over some p above the limit is an e-process against the limit, and against
 * every smaller share too, since each ratio grows with the events and these are stochastically fewer at a smaller share
 * (Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical Statistics 41, 1970;
 * Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform Chernoff bounds via nonnegative supermartingales", Probability Surveys
 * 17, 2020). Then Ville's inequality: a share that keeps the limit ever gives evidence of 1/α with probability at most α.
 * The same holds the other way round for shares below the limit. With a dispersion above 1 each likelihood is raised to its
 * inverse: valid for independent requests still (Jensen), and asymptotically for those that fail in batches.
 */

/** Requests, and the events among them; whole numbers, or parts of such where a dispersion has divided them. */
export interface Counted {
  events: number;
  total: number;
}

/** A share whose odds are so many times those of the limit, and how much of the evidence rests on it. */
interface Alternative {
  odds: number;
  weight: number;
}

/** From a little above the limit up to a disaster, which is to be shown within a few requests. */
const above: readonly Alternative[] = [
  { odds: 1.5, weight: 0.15 },
  { odds: 2, weight: 0.25 },
  { odds: 3, weight: 0.2 },
  { odds: 6, weight: 0.1 },
  { odds: 20, weight: 0.1 },
  { odds: 100, weight: 0.1 },
  { odds: 1000, weight: 0.1 },
];

/** From no event at all up to a little below the limit. */
const below: readonly Alternative[] = [
  { odds: 0, weight: 0.25 },
  { odds: 0.1, weight: 0.15 },
  { odds: 0.25, weight: 0.2 },
  { odds: 0.5, weight: 0.25 },
  { odds: 0.75, weight: 0.15 },
];

/** What a state must hold as a finite number; far beyond what any verdict needs. */
const mostEvidence = 1e300;
const mostGain = 690;

/** The evidence that a share is above its limit, by alternative. */
export type Exceeding = readonly number[];

export const noExceeding: Exceeding = above.map(() => 0);

/**
 * After one more tick. Most of the evidence is for a share that is above the limit from the beginning, the rest for one that
 * rises in some later minute: what was good before does not hide what is bad now.
 *
 * @param judged milliseconds that were judged before
 * @param length milliseconds of the tick
 * @param dispersion by which the tick's evidence is divided, from 1 on
 */
export function addCounted(
  limit: number,
  exceeding: Exceeding,
  counted: Counted,
  { judged, length, dispersion }: { judged: number; length: number; dispersion: number },
): Exceeding {
  if (limit <= 0 || limit >= 1) return exceeding;
  const begins = onset(judged, length);
  return above.map(({ odds, weight }, at) => {
    const gain = logRatio(shareAt(odds, limit), limit, counted) / dispersion;
    const evidence = ((exceeding[at] ?? 0) + begins * weight) * Math.exp(Math.min(mostGain, gain));
    return brief(Math.min(mostEvidence, evidence));
  });
}

/** An e-value that the share is above the limit. No event is allowed by a limit of 0, and all are by one of 1. */
export function exceedingEvidence(limit: number, exceeding: Exceeding, { events }: Counted): number {
  if (limit <= 0) return events > 0 ? mostEvidence : 0;
  return limit >= 1 ? 0 : sum(exceeding);
}

/**
 * An e-value that the share is below the limit.
 *
 * @param counted all there was, each tick divided by its dispersion
 */
export function keepingEvidence(limit: number, counted: Counted): number {
  if (limit <= 0) return counted.events > 0 ? 0 : mostEvidence;
  return limit >= 1 ? mostEvidence : mixture(below, limit, counted);
}

/** Shares that are not shown to be too large or too small. */
export interface Bounds {
  atLeast: number;
  atMost: number;
}

/** A confidence sequence: at every moment the share is at least so large but for `alpha`, and at most so large but for `beta`. */
export function boundsOf(counted: Counted, { alpha, beta }: { alpha: number; beta: number }): Bounds {
  const { events, total } = counted;
  if (total === 0) return { atLeast: 0, atMost: 1 };
  const share = events / total;
  const isLow = (limit: number): boolean => mixture(above, limit, counted) * onset(0, 0) >= 1 / alpha;
  const isHigh = (limit: number): boolean => mixture(below, limit, counted) >= 1 / beta;
  return {
    atLeast: share === 0 ? 0 : edge(isLow, 0, share),
    atMost: share === 1 ? 1 : 1 - edge((rest) => isHigh(1 - rest), 0, 1 - share),
  };
}

/**
 * About how many more requests it takes until the limit is shown to be kept, or to be exceeded, if all goes on as it did so
 * far; null where that is not in sight.
 */
export function requestsToGo(
  limit: number,
  counted: Counted,
  { evidence, needed, dispersion }: { evidence: number; needed: number; dispersion: number },
): number | null {
  const share = counted.events / counted.total;
  const gain = logRatio(share, limit, { events: share, total: 1 });
  const requests = (dispersion * Math.log(needed / evidence)) / gain;
  return requests > 0 && requests <= 100_000_000 ? requests : null;
}

/** So many requests without any event show that a share of at most `limit` is kept; 0 where the limit allows all or none. */
export function requestsToKeep(limit: number, beta: number): number {
  if (limit <= 0 || limit >= 1) return 0;
  let [few, enough] = [0, 1];
  while (keepingEvidence(limit, { events: 0, total: enough }) < 1 / beta)
    [few, enough] = [enough, 2 * enough];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (keepingEvidence(limit, { events: 0, total: middle }) < 1 / beta) few = middle;
    else enough = middle;
  }
  return enough;
}

/** Nine digits keep the state short, and the least that a request tells of a limit that anybody sets is far more than that. */
function brief(value: number): number {
  return Number(value.toPrecision(9));
}

function mixture(alternatives: readonly Alternative[], limit: number, counted: Counted): number {
  return sum(
    alternatives.map(
      ({ odds, weight }) =>
        weight * Math.exp(Math.min(mostGain, logRatio(shareAt(odds, limit), limit, counted))),
    ),
  );
}

/** ln Λ(share) / Λ(limit). */
function logRatio(share: number, limit: number, { events, total }: Counted): number {
  const good = total - events;
  return (
    (events === 0 ? 0 : events * Math.log(share / limit)) +
    (good === 0 ? 0 : good * (Math.log1p(-share) - Math.log1p(-limit)))
  );
}

function shareAt(odds: number, limit: number): number {
  const times = (odds * limit) / (1 - limit);
  return times / (1 + times);
}

/** Where between `from`, of which it is true, and `to`, of which it is not, something stops to be true. */
function edge(isTrue: (value: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let halving = 0; halving < 40; halving += 1) {
    const middle = (low + high) / 2;
    if (isTrue(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
