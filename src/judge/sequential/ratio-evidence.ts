import type { Counts } from './rate-ratio.ts';
import { rounded, type RatioEvidence } from './ratio-code.ts';
import { onset, onsetsLeft, type RatioTest } from './ratio-test.ts';

/**
 * After one more tick; the evidence is changed in place. Its rows are the steady ratios first, and then harm that began
 * at some time.
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
 *
 * Without events nothing is learned, and no likelihood changes, to the last bit: the wander moves shares only.
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
  const { chain } = test;
  const moves = Math.floor((judged + length) / chain.pace) - Math.floor(judged / chain.pace);
  const begun = onset(judged, length);
  const tells =
    counts.canaryEvents + counts.stableEvents > 0 && counts.canaryExposure > 0 && counts.stableExposure > 0;
  if (moves > 0) move(test, evidence, moves);
  if (begun > 0) begin(test, evidence, begun);
  if (tells) weigh(test, evidence, counts, dispersion);
  if (moves === 0 && begun === 0 && !tells) return;
  const { logs, shares } = rounded(test, evidence);
  evidence.logs.set(logs);
  evidence.shares.set(shares);
}

/** Before anything was counted; rounded as it is written, as after each tick. */
export function noRatioEvidence(test: RatioTest): RatioEvidence {
  const { steady, harm, chain } = test;
  const rows = [...steady, ...harm];
  return rounded(test, {
    logs: Float64Array.from(rows, (_, at) => (at < steady.length ? 0 : -Infinity)),
    shares: Float64Array.from(rows.flatMap(() => chain.first)),
  });
}

/**
 * The evidence, as an e-value, that the canary's rate is above `failAbove` times stable's. Harm that has yet to begin
 * counts as it will then: for neither side.
 *
 * @param judged milliseconds that were judged
 */
export function harmEvidence(test: RatioTest, { logs }: RatioEvidence, judged: number): number {
  return logs.subarray(test.steady.length).reduce((sum, log) => sum + Math.exp(log), onsetsLeft(judged));
}

/** The evidence, as an e-value, that the canary's rate is below `passBelow` times stable's. */
export function passEvidence({ at }: RatioTest, { logs }: RatioEvidence): number {
  return Math.exp((logs[at.good] ?? 0) - (logs[at.passBelow] ?? 0));
}

/** The wander goes on. */
function move({ chain }: RatioTest, { shares }: RatioEvidence, moves: number): void {
  const likely = chain.after(moves);
  const size = chain.factors.length;
  const moved = new Float64Array(size);
  for (let row = 0; row < shares.length; row += size) {
    moved.fill(0);
    for (const [place, chances] of likely.entries()) {
      const held = shares[row + place] ?? 0;
      for (const [at, chance] of chances.entries()) moved[at] = (moved[at] ?? 0) + held * chance;
    }
    shares.set(moved, row);
  }
}

/** Some harm begins now, from where the chain is if there was none before. */
function begin({ steady, harm, at, chain }: RatioTest, { logs, shares }: RatioEvidence, share: number): void {
  const size = chain.factors.length;
  for (const [place, { weight }] of harm.entries()) {
    const row = steady.length + place;
    const before = Math.exp(logs[row] ?? -Infinity);
    const all = before + share * weight;
    logs[row] = Math.log(all);
    for (let one = 0; one < size; one += 1) {
      const spread =
        before * (shares[row * size + one] ?? 0) + share * weight * (shares[at.failAbove * size + one] ?? 0);
      shares[row * size + one] = spread / all;
    }
  }
}

/** No tick changes a likelihood by more units than this: it neither vanishes for good nor overflows. */
const mostGain = 200;

function weigh(test: RatioTest, { logs, shares }: RatioEvidence, counts: Counts, dispersion: number): void {
  const { canaryEvents, stableEvents, canaryExposure, stableExposure } = counts;
  const events = canaryEvents + stableEvents;
  const { factors } = test.chain;
  const share = canaryExposure / stableExposure;
  const logLikelihood = (ratio: number): number =>
    (canaryEvents * Math.log(share * ratio) - events * Math.log1p(share * ratio)) / dispersion;
  // Against the best place of the margin: what is divided by later neither vanishes nor overflows.
  const reference = Math.max(...factors.map((factor) => logLikelihood(test.margins.failAbove * factor)));
  const rows = [...test.steady, ...test.harm.map(({ ratio }) => ratio)];
  for (const [row, ratio] of rows.entries()) {
    const from = row * factors.length;
    const weighed = factors.map((factor, place) => {
      const gain = logLikelihood(ratio * factor) - reference;
      return (shares[from + place] ?? 0) * Math.exp(Math.max(-mostGain, Math.min(mostGain, gain)));
    });
    const all = weighed.reduce((sum, one) => sum + one, 0);
    logs[row] = (logs[row] ?? 0) + Math.log(all);
    shares.set(
      weighed.map((one) => one / all),
      from,
    );
  }
  const unit = logs[test.at.failAbove] ?? 0;
  logs.set(logs.map((log) => log - unit));
}
