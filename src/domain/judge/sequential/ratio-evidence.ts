import { geometric, type Counts } from './rate-ratio.ts';
import { onset, type RatioTest } from './ratio-test.ts';

/**
 * What the counts so far say about each ratio, at each place of the wander: likelihoods, divided by that of a ratio of
 * `failAbove`, first of the steady ratios and then of harm that began at some time.
 *
 * Given an event, it is the canary's with probability q(r) = n_c r / (n_c r + n_b): what both arms share cancels (Lindon
 * and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022). Where the ratio wanders, r is
 * multiplied by the factor of a hidden Markov chain, and the likelihood is that of the forward recursion (Baum, Petrie,
 * Soules and Weiss, 1970). Harm that begins at time s continues the chain from where stable's likelihood has it then; a
 * mixture over s with weights that add up to 1 or less is an e-process against a ratio of `failAbove`.
 *
 * It is one against every smaller ratio too. Emission and chain are totally positive of order 2, so the joint density of
 * counts and ratio is (Karlin and Rinott, "Classes of orderings of measures and related correlation inequalities I",
 * Journal of Multivariate Analysis 10, 1980): the predictive density of a larger ratio over that of a smaller one
 * increases in the canary's events, and these are stochastically fewer at a smaller ratio. Then Ville's inequality: at
 * such ratios the evidence exceeds 1/α with probability at most α, ever. With a dispersion above 1 each likelihood is
 * raised to its inverse, and the guarantee is asymptotic.
 */
export type RatioEvidence = Float64Array;

/** Before anything was counted; rounded as it is written, as after each tick. */
export function noRatioEvidence(test: RatioTest): RatioEvidence {
  const { steady, harm, chain } = test;
  const evidence = Float64Array.from([
    ...steady.flatMap(() => chain.first),
    ...harm.flatMap(() => chain.first.map(() => 0)),
  ]);
  return decoded(test, encoded(test, evidence));
}

/**
 * After one more tick; the evidence is changed in place.
 *
 * @param judged milliseconds that were judged before
 * @param length milliseconds of the tick
 * @param dispersion by which the tick's evidence is divided, from 1 on
 */
export function addCounts(
  test: RatioTest,
  evidence: RatioEvidence,
  counts: Counts,
  { judged, length, dispersion }: { judged: number; length: number; dispersion: number },
): void {
  if (judged > 0) move(test, evidence, length);
  begin(test, evidence, onset(judged, length));
  weigh(test, evidence, counts, dispersion);
  scale(test, evidence);
}

/** The evidence, as an e-value, that the canary's rate is above `failAbove` times stable's. */
export function harmEvidence(test: RatioTest, evidence: RatioEvidence): number {
  const first = test.steady.length;
  return test.harm.reduce((sum, _, at) => sum + likelihood(test, evidence, first + at), 0);
}

/** The evidence, as an e-value, that the canary's rate is below `passBelow` times stable's. */
export function passEvidence(test: RatioTest, evidence: RatioEvidence): number {
  return likelihood(test, evidence, test.at.good) / likelihood(test, evidence, test.at.passBelow);
}

/**
 * The ratios that the evidence leaves standing at level α on each side: a confidence sequence, so that both bounds may
 * be read at any moment. Between and beyond the ratios of the test, the log likelihood is taken as the curve through its
 * three nearest that a constant share of the exposures would give; exact where the share was constant and nothing wanders.
 *
 * @param odds the canary's exposures in times stable's, above 0
 */
export function ratioBounds(
  test: RatioTest,
  evidence: RatioEvidence,
  alpha: number,
  odds: number,
): { lower: number; upper: number } {
  const points = test.steady
    .map((ratio, at) => ({ x: Math.log(ratio), y: Math.log(likelihood(test, evidence, at)), at }))
    .filter(({ x, at }, _, all) => at !== test.at.good || isApart(x, all[test.at.failAbove]?.x));
  const highest = Math.max(...points.map(({ y }) => y));
  const mean = points.reduce((sum, { y }) => sum + Math.exp(y - highest), 0) / points.length;
  const least = highest + Math.log(mean) + Math.log(alpha);
  const curves = points.slice(2).map((_, at) => curveThrough(points.slice(at, at + 3), odds));
  const stands = (x: number): boolean => {
    const at = points.findIndex((point) => point.x > x);
    const nearest = at === -1 ? curves.length - 1 : Math.max(0, Math.min(curves.length - 1, at - 2));
    return (curves[nearest]?.(x) ?? 0) > least;
  };
  const best = points.find(({ y }) => y === highest)?.x ?? 0;
  const below = candidates.findLast((x) => x < best && !stands(x));
  const above = candidates.find((x) => x > best && !stands(x));
  return {
    lower: below === undefined ? 0 : Math.exp(below),
    upper: above === undefined ? Infinity : Math.exp(above),
  };
}

/** No curve goes well through two points that nearly meet. */
function isApart(x: number, other: number | undefined): boolean {
  return other === undefined || x === other || Math.abs(x - other) > 0.1;
}

/** Logarithms of ratios from a twentieth to a hundred times. */
const candidates = geometric(0.05, 100, 761).map(Math.log);

/** a + b x + c ln(1 + odds eˣ) through three points. */
function curveThrough(points: readonly { x: number; y: number }[], odds: number): (x: number) => number {
  const [p, q, r] = points as [{ x: number; y: number }, { x: number; y: number }, { x: number; y: number }];
  const bend = (x: number): number => Math.log1p(odds * Math.exp(x));
  const slope = (from: typeof p, to: typeof p): number => (to.y - from.y) / (to.x - from.x);
  const bent = (from: typeof p, to: typeof p): number => (bend(to.x) - bend(from.x)) / (to.x - from.x);
  const c = (slope(q, r) - slope(p, q)) / (bent(q, r) - bent(p, q));
  const b = slope(p, q) - c * bent(p, q);
  return (x) => p.y + b * (x - p.x) + c * (bend(x) - bend(p.x));
}

function likelihood({ chain }: RatioTest, evidence: RatioEvidence, row: number): number {
  const size = chain.factors.length;
  let sum = 0;
  for (let at = row * size; at < (row + 1) * size; at += 1) sum += evidence[at] ?? 0;
  return sum;
}

/** The wander goes on for `length` milliseconds. */
function move({ chain }: RatioTest, evidence: RatioEvidence, length: number): void {
  const size = chain.factors.length;
  if (size === 1) return;
  const steps = chain.after(length);
  const moved = new Float64Array(size);
  for (let row = 0; row < evidence.length; row += size) {
    moved.fill(0);
    for (let from = 0; from < size; from += 1) {
      const held = evidence[row + from] ?? 0;
      const to = steps[from] ?? [];
      for (let at = 0; at < size; at += 1) moved[at] = (moved[at] ?? 0) + held * (to[at] ?? 0);
    }
    evidence.set(moved, row);
  }
}

/** Some harm begins now, from where the chain is if there was none before. */
function begin({ steady, harm, at, chain }: RatioTest, evidence: RatioEvidence, share: number): void {
  if (share === 0) return;
  const size = chain.factors.length;
  for (const [row, { weight }] of harm.entries()) {
    for (let place = 0; place < size; place += 1) {
      const to = (steady.length + row) * size + place;
      evidence[to] = (evidence[to] ?? 0) + share * weight * (evidence[at.failAbove * size + place] ?? 0);
    }
  }
}

/** No tick changes a likelihood by more units than this: it neither vanishes for good nor overflows. */
const mostGain = 200;

function weigh(test: RatioTest, evidence: RatioEvidence, counts: Counts, dispersion: number): void {
  const { canaryEvents, stableEvents, canaryExposure, stableExposure } = counts;
  const events = canaryEvents + stableEvents;
  if (events === 0 || canaryExposure === 0 || stableExposure === 0) return;
  const { factors } = test.chain;
  const share = canaryExposure / stableExposure;
  const logLikelihood = (ratio: number): number =>
    (canaryEvents * Math.log(share * ratio) - events * Math.log1p(share * ratio)) / dispersion;
  // Against the best place of the margin: what is divided by later neither vanishes nor overflows.
  const reference = Math.max(...factors.map((factor) => logLikelihood(test.margins.failAbove * factor)));
  const rows = [...test.steady, ...test.harm.map(({ ratio }) => ratio)];
  for (const [row, ratio] of rows.entries()) {
    for (const [place, factor] of factors.entries()) {
      const at = row * factors.length + place;
      const before = evidence[at] ?? 0;
      if (before === 0) continue;
      const gain = logLikelihood(ratio * factor) - reference;
      evidence[at] = before * Math.exp(Math.max(-mostGain, Math.min(mostGain, gain)));
    }
  }
}

/**
 * Divides by the likelihood of `failAbove`, and rounds as the state is written: the same ticks give the same state,
 * whether it was written in between or not.
 */
function scale(test: RatioTest, evidence: RatioEvidence): void {
  const unit = likelihood(test, evidence, test.at.failAbove);
  evidence.set(
    decoded(
      test,
      encoded(
        test,
        evidence.map((value) => value / unit),
      ),
    ),
  );
}

/** Each row as the code of its greatest likelihood, and how far below it each place is; whole numbers. */
interface Code {
  greatest: number;
  below: number[];
}

/** Of the logarithms of likelihoods, steps to a unit; what rounding adds over a day stays below 0.1. */
const greatestSteps = 256;
const belowSteps = 128;
/** The greatest likelihoods that are told apart lie within so many units of that of `failAbove`. */
const most = 500;
/** Six bits a character: three of them for the greatest, two for each place. */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Stands for 0. */
const none = 64 ** 2 - 1;

function encoded({ chain }: RatioTest, evidence: RatioEvidence): Code[] {
  const size = chain.factors.length;
  return Array.from({ length: evidence.length / size }, (_, row) => {
    const likelihoods = [...evidence.subarray(row * size, (row + 1) * size)];
    const greatest = Math.max(...likelihoods);
    return {
      greatest: Math.round(Math.max(-most, Math.min(most, Math.log(greatest))) * greatestSteps),
      below: likelihoods.map((one) =>
        greatest === 0 ? none : Math.min(none, Math.round(Math.log(greatest / one) * belowSteps)),
      ),
    };
  });
}

function decoded({ chain }: RatioTest, codes: readonly Code[]): RatioEvidence {
  const evidence = new Float64Array(codes.length * chain.factors.length);
  for (const [row, { greatest, below }] of codes.entries()) {
    for (const [place, code] of below.entries()) {
      evidence[row * below.length + place] =
        code === none ? 0 : Math.exp(greatest / greatestSteps - code / belowSteps);
    }
  }
  return evidence;
}

/** For the state. */
export function writeEvidence(test: RatioTest, evidence: RatioEvidence): string {
  const letters = (code: number, length: number): string =>
    Array.from({ length }, (_, at) => digits[Math.floor(code / 64 ** at) % 64]).join('');
  return encoded(test, evidence)
    .map(({ greatest, below }) =>
      [letters(greatest + most * greatestSteps, 3), ...below.map((code) => letters(code, 2))].join(''),
    )
    .join('');
}

/** As written; null if it was written for a test of another shape. */
export function readEvidence(test: RatioTest, text: string): RatioEvidence | null {
  const places = test.chain.factors.length;
  const width = 3 + 2 * places;
  const rows = test.steady.length + test.harm.length;
  if (text.length !== rows * width) return null;
  const number = (from: number, length: number): number =>
    Array.from({ length }, (_, at) => digits.indexOf(text.charAt(from + at)) * 64 ** at).reduce(
      (sum, digit) => sum + digit,
      0,
    );
  const codes = Array.from({ length: rows }, (_, row): Code => {
    const from = row * width;
    return {
      greatest: number(from, 3) - most * greatestSteps,
      below: Array.from({ length: places }, (__, place) => number(from + 3 + 2 * place, 2)),
    };
  });
  return decoded(test, codes);
}
