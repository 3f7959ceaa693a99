import { chainOf, type Chain, type Noise } from './noise.ts';
import { geometric } from './rate-ratio.ts';

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
 * a mixture over the ratios that a release engineer means by "worse" and by "as good": the closer the mixture lies to
 * what is true, the sooner the evidence is enough, and whatever it is, the guarantee holds.
 */
export interface RatioTest {
  margins: Margins;
  /** Ratios that may hold from the beginning: those of the pass, both margins, and more for the bounds of a report. */
  steady: readonly Weighted[];
  /** Ratios of harm, which may begin at any time. */
  harm: readonly Weighted[];
  /** Where the margins are among the steady ones. */
  at: { failAbove: number; passBelow: number };
  chain: Chain;
  dispersion: number;
}

/** Harm that is there from the beginning has this share of the evidence, harm that begins later the rest. */
const atOnce = 0.9;
const hour = 3_600_000;
/** Half of the rest is for harm that begins in this many hours. */
const half = 24;

export function ratioTest(margins: Margins, noise: Noise): RatioTest {
  const { failAbove, passBelow } = margins;
  const good = weighted([0.8, 1], 1, 0.12);
  const others = [failAbove, passBelow, 2.5, 6].map((ratio) => ({ ratio, weight: 0 }));
  const steady = [...good, ...others]
    .filter(({ ratio }, at, all) => all.findIndex((other) => other.ratio === ratio) === at)
    .sort((a, b) => a.ratio - b.ratio);
  const worst = Math.max(9, 6 * failAbove);
  return {
    margins,
    steady,
    harm: weighted(geometric(Math.max(1.6, 1.28 * failAbove), worst, 5), Math.max(3, 2 * failAbove), 0.45),
    at: {
      failAbove: steady.findIndex(({ ratio }) => ratio === failAbove),
      passBelow: steady.findIndex(({ ratio }) => ratio === passBelow),
    },
    chain: chainOf(noise),
    dispersion: noise.dispersion,
  };
}

/**
 * The share of the evidence that is for harm that begins now: most of it at the beginning, then some at each full hour;
 * the shares of all hours to come add up to what is left, so that the whole stays an e-process however long it goes on.
 *
 * @param from milliseconds that were judged before
 */
export function onset(from: number, length: number): number {
  if (from === 0) return atOnce;
  const until = (time: number): number => 1 - half / (half + Math.floor(time / hour));
  return (1 - atOnce) * (until(from + length) - until(from));
}

/** Weights of a bell over the logarithm of the ratio, adding up to 1. */
function weighted(ratios: readonly number[], centre: number, sd: number): Weighted[] {
  const bell = ratios.map((ratio) => Math.exp(-((Math.log(ratio / centre) / sd) ** 2) / 2));
  const sum = bell.reduce((so, one) => so + one, 0);
  return ratios.map((ratio, at) => ({ ratio, weight: (bell[at] ?? 0) / sum }));
}
