import { chainOf, type Chain, type Noise } from './noise.ts';

/** What a comparison with stable is to show, in times stable's. */
export interface Margins {
  /** Fail once shown to be above; from 1 on. */
  failAbove: number;
  /** Pass once shown to be below; above 1. */
  passBelow: number;
}

/** A ratio, and how much of the evidence rests on it. */
interface Weighted {
  ratio: number;
  weight: number;
}

/**
 * The two questions about a ratio of rates, ready to be asked: is it above `failAbove`, is it below `passBelow`. Each is
 * what a release engineer means by "worse" (a mixture of ratios) or by "as good", held against the margin: the closer it
 * lies to what is true, the sooner the evidence is enough, and whatever it is, the guarantee holds.
 */
export interface RatioTest {
  margins: Margins;
  /** Ratios that may hold from the beginning: as good as stable, both margins, and one for the bounds of a report. */
  steady: readonly number[];
  /** Ratios of harm, which may begin at any time. */
  harm: readonly Weighted[];
  /** Where they are among the steady ones. */
  at: { good: number; failAbove: number; passBelow: number };
  chain: Chain;
  dispersion: number;
}

/** Harm that is there from the beginning has this share of the evidence, harm that begins later the rest. */
const atOnce = 0.85;
const minute = 60_000;
/** Half of the rest is for harm that begins within this many minutes. */
const half = 480;

/** What a plan may mean by harm, in times the usual one, and how much of the evidence is for it. */
export type Harms = readonly { times: number; weight: number }[];

/** Of errors: the usual harm, with something for less and for more. */
export const errorHarms: Harms = [
  { times: 0.55, weight: 0.15 },
  { times: 1, weight: 0.7 },
  { times: 1.6, weight: 0.1 },
  { times: 3, weight: 0.05 },
];

/** Of slow requests: where a tail grows longer, its far end grows many times over. */
export const slownessHarms: Harms = [
  { times: 0.6, weight: 0.15 },
  { times: 1, weight: 0.35 },
  { times: 2, weight: 0.4 },
  { times: 4, weight: 0.1 },
];

/** Three times as many errors as stable; where more than that is allowed for, 2.4 times what is allowed. */
function usualHarm(failAbove: number): number {
  return Math.max(3, 2.4 * failAbove);
}

export function ratioTest(margins: Margins, noise: Noise, harms: Harms = errorHarms): RatioTest {
  const { failAbove, passBelow } = margins;
  const chain = chainOf(noise);
  const good = beside(passBelow, 1, chain.spacing);
  const steady = [...new Set([good, failAbove, passBelow, 2 * passBelow])].sort((a, b) => a - b);
  return {
    margins,
    steady,
    harm: merged(
      harms.map(({ times, weight }) => ({
        ratio: beside(failAbove, times * usualHarm(failAbove), chain.spacing),
        weight,
      })),
    ),
    at: {
      good: steady.indexOf(good),
      failAbove: steady.indexOf(failAbove),
      passBelow: steady.indexOf(passBelow),
    },
    chain,
    dispersion: noise.dispersion,
  };
}

/**
 * The ratio next to the wanted one that lies a whole number of places from the margin it is held against, and at least
 * one. The likelihood of a wander knows its places only: were those of one hypothesis between those of the other, it
 * would fit a lasting difference better for that alone, without end.
 */
function beside(margin: number, wanted: number, spacing: number): number {
  if (spacing === 0) return wanted;
  const away = Math.log(wanted / margin) / spacing;
  return margin * Math.exp(spacing * Math.sign(away) * Math.max(1, Math.round(Math.abs(away))));
}

/** In rising order, those of equal ratio as one. */
function merged(all: readonly Weighted[]): Weighted[] {
  const weights = new Map<number, number>();
  for (const { ratio, weight } of all) weights.set(ratio, (weights.get(ratio) ?? 0) + weight);
  return [...weights].map(([ratio, weight]) => ({ ratio, weight })).sort((a, b) => a.ratio - b.ratio);
}

/**
 * The share of the evidence that is for harm that begins now: most of it at the beginning, then some in each minute;
 * the shares of all minutes to come add up to what is left, so that the whole stays an e-process however long it goes on.
 *
 * @param from milliseconds that were judged before
 */
export function onset(from: number, length: number): number {
  return from === 0 ? atOnce : onsetsLeft(from) - onsetsLeft(from + length);
}

/**
 * The share of the evidence that is for harm that begins later.
 *
 * @param judged milliseconds that were judged
 */
export function onsetsLeft(judged: number): number {
  return judged === 0 ? 1 : ((1 - atOnce) * half) / (half + Math.floor(judged / minute));
}
