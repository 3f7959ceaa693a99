import { geometric } from './rate-ratio.ts';
import type { Margins } from './ratio-test.ts';

/** How much the difference of two copies' values varies although nothing has changed, as their past shows; in its units. */
export interface GaugeNoise {
  /** Standard deviation of a minute's difference, as in a long run: minutes that hang together count for less. */
  sd: number;
  /** Standard deviation of what two copies differ by for as long as they live. */
  lasting: number;
}

/** What is carried of one gauge. */
export interface GaugeState {
  /** Sums of the values of both arms, by the minute, and the minutes. */
  canary: number;
  stable: number;
  minutes: number;
  /** Standard deviations by which the canary lay above `failAbove` times stable's, and below `passBelow` times; sums. */
  above: number;
  below: number;
  /** The minute that is being filled: milliseconds, and the sums of the values of canary and stable by the millisecond. */
  minute: [length: number, canary: number, stable: number];
}

export const noGauge: GaugeState = {
  canary: 0,
  stable: 0,
  minutes: 0,
  above: 0,
  below: 0,
  minute: [0, 0, 0],
};

const minute = 60_000;

/** Differences in standard deviations of a minute that the evidence is spread over. */
const sizes = geometric(0.05, 2, 8);

/** One minute tells no more than this many standard deviations: a value without bounds would tell everything. */
const most = 5;

/** Before this many minutes the mean of the differences is not taken as normal. */
export const fewestMinutes = 5;

/**
 * After one more tick. The difference of the minutes' means is held against what is allowed, in standard deviations
 * that the past gives; they are those of a long run, so that minutes that hang together count for less.
 *
 * @param sd of a minute's difference, above 0
 */
export function withValues(
  state: GaugeState,
  values: { canary: number; stable: number },
  length: number,
  { failAbove, passBelow }: Margins,
  sd: number,
): GaugeState {
  const filled = state.minute[0] + length;
  const sums = {
    canary: state.minute[1] + values.canary * length,
    stable: state.minute[2] + values.stable * length,
  };
  if (filled < minute) return { ...state, minute: [filled, rounded(sums.canary), rounded(sums.stable)] };
  const minutes = filled / minute;
  const canary = sums.canary / filled;
  const stable = sums.stable / filled;
  const away = (difference: number): number => standardized(difference, sd) * minutes;
  return {
    canary: rounded(state.canary + canary * minutes),
    stable: rounded(state.stable + stable * minutes),
    minutes: state.minutes + minutes,
    above: rounded(state.above + away(canary - failAbove * stable)),
    below: rounded(state.below + away(passBelow * stable - canary)),
    minute: noGauge.minute,
  };
}

/** A minute's difference in standard deviations, at most as many as one minute may tell. */
export function standardized(difference: number, sd: number): number {
  return Math.min(most, difference / sd);
}

/** Nine digits keep the state short; what they lose in a year is nothing beside the noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

/**
 * The e-value of a sum of `n` standardised differences whose mean is 0 or less: a mixture over sizes λ of exp(λ s - λ² n
 * / 2), with s the sum (Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of
 * Mathematical Statistics 41, 1970). Where copies differ lastingly, all `n` share one more normal term, the sum's
 * variance is n + n² lasting², and the same likelihood ratio of a mean of λ has s and n times n over it. Exact for normal
 * differences, else asymptotic (Waudby-Smith et al., 2024).
 *
 * @param lasting in standard deviations of a minute
 */
export function gaugeEvidence(sum: number, n: number, lasting: number): number {
  if (n < fewestMinutes) return 1;
  const [s, t] = [sum, n].map((value) => value / (1 + n * lasting ** 2)) as [number, number];
  const each = sizes.map((size) => Math.exp(size * s - (size * size * t) / 2));
  return each.reduce((total, one) => total + one, 0) / sizes.length;
}

/** The canary's mean in times stable's, and at least how much with confidence 1 - α: what the evidence leaves standing. */
export function gaugeRatio(
  { canary, stable, minutes }: GaugeState,
  { sd, lasting }: GaugeNoise,
  alpha: number,
): { ratio: number; lower: number } {
  const sum = (canary - stable) / sd;
  const stands = (mean: number): boolean =>
    gaugeEvidence(sum - minutes * mean, minutes, lasting / sd) < 1 / alpha;
  let [low, high] = [sum / minutes - widest, sum / minutes];
  for (let halving = 0; halving < 40; halving += 1) {
    const middle = (low + high) / 2;
    if (stands(middle)) high = middle;
    else low = middle;
  }
  const unit = stable / minutes;
  return { ratio: canary / stable, lower: (unit + high * sd) / unit };
}

/** No bound lies further below the mean, in standard deviations of a minute. */
const widest = 100;
