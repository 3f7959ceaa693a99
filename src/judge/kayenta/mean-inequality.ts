import type { Classification } from './classify.ts';
import type { MetricSettings } from './settings.ts';
import { mean } from './statistics.ts';

/**
 * High if the canary's mean is above the baseline's, Low if it is below. Kayenta has it as the yardstick that its
 * judge is to beat, and does not use it.
 */
export function byMean(
  canary: readonly number[],
  baseline: readonly number[],
  { direction, nanStrategy, critical, mustHaveData }: MetricSettings,
): Classification {
  const passed: Classification = { classification: 'Pass', critical: false, reason: null, ratio: 1 };
  if (canary.length === 0 || baseline.length === 0) {
    if (nanStrategy === 'replace') return passed;
    return mustHaveData && !critical
      ? { ...passed, classification: 'NodataFailMetric' }
      : { classification: 'Nodata', critical, reason: null, ratio: 0 };
  }
  const [of, to] = [mean(canary), mean(baseline)];
  if (direction !== 'decrease' && of > to) {
    const reason = 'The Canary mean was greater than the Baseline mean';
    return { classification: 'High', critical, reason, ratio: of / to };
  }
  if (direction !== 'increase' && of < to) {
    const reason = 'The Canary mean was less than the Baseline mean';
    return { classification: 'Low', critical, reason, ratio: of / to };
  }
  return passed;
}
