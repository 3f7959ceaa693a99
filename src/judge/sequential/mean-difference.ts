/**
 * The lower end of a one-sided asymptotic confidence sequence for a mean, after `t` observations: with probability
 * about 1 - α it lies below the true mean at every t at once (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024).
 *
 * @param sd the standard deviation, or the root of the long-run variance where observations hang together
 * @param narrowest the number of observations at which the sequence is to be narrowest
 */
export function meanLowerBound(
  { t, mean, sd }: { t: number; mean: number; sd: number },
  alpha: number,
  narrowest: number,
): { rho: number; lower: number } {
  const lambda = -2 * Math.log(2 * alpha);
  const rho = Math.sqrt((lambda + Math.log(lambda + 1)) / narrowest);
  const v = t * rho * rho;
  const width = Math.sqrt(((2 * (v + 1)) / (t * v)) * Math.log(1 + Math.sqrt(v + 1) / (2 * alpha)));
  return { rho, lower: mean - sd * width };
}
