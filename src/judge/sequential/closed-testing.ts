/**
 * Which of several metrics have failed, with the error of all together at most α however they hang together: the mean of
 * e-values is one (Vovk and Wang, "E-values: calibration, combination and applications", Annals of Statistics 49, 2021),
 * and a metric is rejected if every mean that it is part of is at least 1/α. For each size that is the mean with the
 * smallest others.
 *
 * @returns indices of the rejected
 */
export function rejected(evidence: readonly number[], alpha: number): number[] {
  const order = [...evidence.keys()].sort((a, b) => (evidence[a] ?? 0) - (evidence[b] ?? 0));
  return [...evidence.keys()].filter((index) => {
    let sum = evidence[index] ?? 0;
    let size = 1;
    if (sum < 1 / alpha) return false;
    for (const other of order) {
      if (other === index) continue;
      sum += evidence[other] ?? 0;
      size += 1;
      if (sum / size < 1 / alpha) return false;
    }
    return true;
  });
}

/** Whether any of the metrics has failed: the mean of all. It is so whenever {@link rejected} finds one. */
export function anyFailed(evidence: readonly number[], alpha: number): boolean {
  if (evidence.length === 0) return false;
  return evidence.reduce((sum, one) => sum + one, 0) / evidence.length >= 1 / alpha;
}
