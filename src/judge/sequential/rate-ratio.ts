/**
 * Whether events are more frequent in the canary than in stable, asked at any moment and as often as one likes.
 *
 * Given that an event happened, it is the canary's with probability q(r) = n_c r / (n_c r + n_b), where r is the
 * ratio of the two rates and n the exposures: what both arms share, such as the time of day, cancels. A mixture of
 * likelihood ratios over a grid of r against the boundary of the hypothesis is an e-process: under the hypothesis
 * it exceeds 1/α with probability at most α, ever (Ville, "Étude critique de la notion de collectif", 1939; Lindon
 * and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022).
 */

/** What was counted in one stretch of time. Exposures and events are whole numbers from 0 on. */
export interface Counts {
  canaryEvents: number;
  canaryExposure: number;
  stableEvents: number;
  stableExposure: number;
}

/** A one-sided question about the ratio of the rates, with the alternatives that it is asked against. */
export interface Question {
  /** The ratio at the boundary of the hypothesis. */
  boundary: number;
  /** Ratios of the alternative, all weighted alike. */
  grid: readonly number[];
}

/** `count` numbers from `first` to `last`, each the same multiple of the one before. */
export function geometric(first: number, last: number, count: number): number[] {
  const step = Math.log(last / first) / (count - 1);
  return Array.from({ length: count }, (_, at) => first * Math.exp(step * at));
}

/**
 * Is the canary worse? The hypothesis is that its rate is at most `r0` times stable's; valid for the whole of it,
 * since the mean of each factor grows with the true ratio and is 1 at `r0`.
 */
export function harm(r0: number): Question {
  return { boundary: r0, grid: geometric(1.15 * r0, 20 * r0, 24) };
}

/** Is the canary good enough? The hypothesis is that its rate is at least `margin` times stable's. */
export function nonInferiority(margin: number): Question {
  return { boundary: margin, grid: geometric(0.5, 0.95 * margin, 24) };
}

/**
 * What some counts add to the log likelihood ratio of each alternative against the boundary.
 *
 * @param dispersion how much more the counts vary than independent events would, from 1 on. Where the events are
 * independent, a component raised to 1/dispersion stays a supermartingale (Jensen); where they are not, the
 * guarantee is asymptotic
 */
function increments({ boundary, grid }: Question, counts: Counts, dispersion: number): number[] {
  const { canaryEvents, stableEvents, canaryExposure, stableExposure } = counts;
  if (canaryEvents + stableEvents === 0 || canaryExposure === 0 || stableExposure === 0) {
    return grid.map(() => 0);
  }
  const logLikelihood = (ratio: number): number => {
    const odds = (canaryExposure * ratio) / stableExposure;
    const all = Math.log1p(odds);
    return canaryEvents * (Math.log(odds) - all) - stableEvents * all;
  };
  const at = logLikelihood(boundary);
  return grid.map((ratio) => (logLikelihood(ratio) - at) / dispersion);
}

/** The natural logarithm of the e-value after all of these counts. */
export function logEvidence(question: Question, counts: readonly Counts[], dispersion: number): number {
  const sums = question.grid.map(() => 0);
  for (const some of counts)
    increments(question, some, dispersion).forEach((more, at) => (sums[at] = (sums[at] ?? 0) + more));
  return logMean(sums);
}

/** The logarithm of the mean of numbers that are given by their logarithms. */
function logMean(logs: readonly number[]): number {
  const highest = Math.max(...logs);
  if (highest === -Infinity) return -Infinity;
  const sum = logs.reduce((total, log) => total + Math.exp(log - highest), 0);
  return highest + Math.log(sum / logs.length);
}
