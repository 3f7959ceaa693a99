import { logBeta } from './log-gamma.ts';

/**
 * The logarithm of the e-value against "a share `p` of all requests is at most as slow as this", after `k` of `n`
 * were: a mixture of likelihood ratios over a beta distribution of the share. All bounds at which it stays below
 * 1/α are a confidence sequence for the quantile (Howard and Ramdas, "Sequential estimation of quantiles with
 * applications to A/B testing", Bernoulli 28, 2022).
 *
 * @param a of the beta distribution, above 0; with `b` usually 20 p and 20 (1 - p)
 * @param b of the beta distribution, above 0
 */
export function quantileLogEvidence(k: number, n: number, p: number, a = 20 * p, b = 20 * (1 - p)): number {
  return logBeta(a + k, b + n - k) - logBeta(a, b) - k * Math.log(p) - (n - k) * Math.log1p(-p);
}
