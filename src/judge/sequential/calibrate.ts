import type { Noise } from './noise.ts';
import type { Counts } from './rate-ratio.ts';

/** One copy of stable against all others: a placebo for the canary. Counts one after the other, of equal length. */
export type Placebo = readonly Counts[];

/** Block lengths of the calibration, in minutes; beside them, all of the past is one block, however long it is. */
const blockLengths = [1, 5, 15, 60, 240];

/** After how many minutes the wander may have forgotten where it was; the last stands for as long as a copy lives. */
const memories = [1, 3, 10, 30, 120, 600, 100_000];

/** A wander of less is not worth its price: `failAbove` leaves more room. */
const leastSd = 0.03;

/** How much of a block's excess was found, and by how many degrees of freedom. */
interface Excess {
  /** Pearson's X² over its degrees of freedom. */
  ratio: number;
  freedom: number;
  /** Events of the canary that a block is expected to have. */
  events: number;
  minutes: number;
}

/**
 * What the past of stable says about noise: the dispersion and the wander with which the variance of the counts is as
 * large as was seen, at blocks from a minute to all of the past (Pearson's X² of each placebo's part in the events). For each
 * memory both are fitted by weighted least squares; the one that fits best is taken, and raised where a block length
 * showed clearly more than it explains.
 *
 * @param minutes length of one count
 */
export function noiseOf(placebos: readonly Placebo[], minutes: number): Noise {
  const whole = minutes * Math.max(0, ...placebos.map((placebo) => placebo.length));
  const excesses = [...blockLengths.filter((length) => length < whole), whole]
    .filter((length) => length >= minutes && length > 0)
    .map((length) => excessOf(placebos, Math.round(length / minutes), length))
    .filter((excess): excess is Excess => excess !== null);
  const [first] = excesses;
  if (first === undefined) return { dispersion: 1, wander: { sd: 0, minutes: 1 } };
  const fits = memories.map((memory) => fitted(excesses, memory));
  const best = fits.reduce((one, other) => (other.misfit < one.misfit ? other : one));
  const variance = Math.max(
    best.variance,
    ...excesses.map(
      ({ ratio, freedom, events, minutes: length }) =>
        (ratio - Math.sqrt(8 / freedom) * ratio - best.dispersion) /
        (events * remembered(length, best.memory)),
    ),
  );
  const sd = Math.sqrt(Math.log1p(Math.max(0, variance) * inflation(placebos.length, whole / best.memory)));
  return {
    dispersion: best.dispersion,
    wander: sd < leastSd ? { sd: 0, minutes: 1 } : { sd, minutes: best.memory },
  };
}

/**
 * What a variance that was estimated is multiplied by: it may have been found too small, the more likely the fewer
 * independent pieces of wander there were to find it from (the standard error of a variance of n values is √(2/n) of it).
 *
 * @param memories how many times the past is as long as the wander remembers
 */
function inflation(copies: number, memories: number): number {
  const pieces = copies * Math.max(1, memories / 2);
  return 1.4 * (1 + Math.sqrt(2 / pieces));
}

/** Null where the blocks have too few events to tell. */
function excessOf(placebos: readonly Placebo[], size: number, minutes: number): Excess | null {
  let sum = 0;
  let freedom = 0;
  let events = 0;
  for (const placebo of placebos) {
    for (let from = 0; from + size <= placebo.length; from += size) {
      const { canaryEvents, stableEvents, canaryExposure, stableExposure } = summed(placebo, from, size);
      const all = canaryEvents + stableEvents;
      const share = canaryExposure / (canaryExposure + stableExposure);
      const variance = all * share * (1 - share);
      if (!(variance > 0)) continue;
      sum += (canaryEvents - all * share) ** 2 / variance;
      events += all * share;
      freedom += 1;
    }
  }
  return freedom === 0 ? null : { ratio: sum / freedom, freedom, events: events / freedom, minutes };
}

function summed(placebo: Placebo, from: number, size: number): Counts {
  const total: Counts = { canaryEvents: 0, canaryExposure: 0, stableEvents: 0, stableExposure: 0 };
  for (let at = from; at < from + size; at += 1) {
    const counts = placebo[at];
    if (counts === undefined) continue;
    total.canaryEvents += counts.canaryEvents;
    total.canaryExposure += counts.canaryExposure;
    total.stableEvents += counts.stableEvents;
    total.stableExposure += counts.stableExposure;
  }
  return total;
}

/** ratio = dispersion + variance × events × remembered, with dispersion ≥ 1 and variance ≥ 0. */
function fitted(
  excesses: readonly Excess[],
  memory: number,
): { dispersion: number; variance: number; memory: number; misfit: number } {
  const points = excesses.map(({ ratio, freedom, events, minutes }) => ({
    x: events * remembered(minutes, memory),
    y: ratio,
    // The standard error of X² over its degrees of freedom grows with what it is of.
    weight: freedom / (2 * Math.max(1, ratio) ** 2),
  }));
  const sums = points.reduce(
    (so, { x, y, weight }) => ({
      one: so.one + weight,
      x: so.x + weight * x,
      y: so.y + weight * y,
      xx: so.xx + weight * x * x,
      xy: so.xy + weight * x * y,
    }),
    { one: 0, x: 0, y: 0, xx: 0, xy: 0 },
  );
  const bend = sums.one * sums.xx - sums.x ** 2;
  const free = bend === 0 ? 0 : (sums.one * sums.xy - sums.x * sums.y) / bend;
  const candidates = [
    { variance: free, dispersion: (sums.y - free * sums.x) / sums.one },
    { variance: sums.xx === 0 ? 0 : (sums.xy - sums.x) / sums.xx, dispersion: 1 },
    { variance: 0, dispersion: Math.max(1, sums.y / sums.one) },
  ].filter(({ variance, dispersion }) => variance >= 0 && dispersion >= 1);
  const misfit = ({ variance, dispersion }: { variance: number; dispersion: number }): number =>
    points.reduce((so, { x, y, weight }) => so + weight * (y - dispersion - variance * x) ** 2, 0);
  return candidates
    .map((one) => ({ ...one, memory, misfit: misfit(one) }))
    .reduce((one, other) => (other.misfit < one.misfit ? other : one));
}

/**
 * The variance of the mean over a block, of a wander of variance 1: 2 (x - 1 + e⁻ˣ) / x² for a block of x memories (that
 * of an Ornstein and Uhlenbeck process).
 */
function remembered(minutes: number, memory: number): number {
  const x = minutes / memory;
  return x < 1e-3 ? 1 : (2 * (x - 1 + Math.exp(-x))) / x ** 2;
}
