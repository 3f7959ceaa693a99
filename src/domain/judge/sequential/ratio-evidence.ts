import type { Counts } from './rate-ratio.ts';
import { rounded } from './ratio-code.ts';
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
  return rounded(test, evidence);
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

/** Of the ratio in a row of the evidence, in times that of `failAbove`. */
export function likelihood({ chain }: RatioTest, evidence: RatioEvidence, row: number): number {
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
  const scaled = evidence.map((value) => value / unit);
  evidence.set(rounded(test, scaled));
}
