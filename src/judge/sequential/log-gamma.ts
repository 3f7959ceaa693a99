/**
 * Stirling's series with the argument raised above 10 by the recurrence Γ(x + 1) = x Γ(x); relative error below
 * 1e-13 (Abramowitz and Stegun, "Handbook of Mathematical Functions", 6.1.41).
 *
 * @param x above 0
 */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z += 1) shift -= Math.log(z);
  const square = 1 / (z * z);
  const series =
    1 / 12 -
    square *
      (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - (square * 691) / 360_360))));
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series / z;
}

/** The logarithm of the beta function, for both arguments above 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
