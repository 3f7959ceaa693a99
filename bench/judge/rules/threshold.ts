import { ticksPerMinute } from '../observed.ts';
import { pointsOf } from './minutes.ts';
import { afterBake, type Rule } from './rule.ts';

/** The highest 99th percentile of the latency that rules with fixed thresholds allow, in seconds. */
const slowest = 0.5;

/**
 * A fixed threshold for the canary alone, looked at once a minute: fails once so many minutes in all were above it. A
 * minute without data counts as one, as it does there.
 */
function fixedThreshold({
  highestErrorRate,
  failures,
  ...rule
}: Omit<Rule, 'judge'> & { highestErrorRate: number; failures: number }): Rule {
  return {
    ...rule,
    judge(run, signal) {
      const limit = signal === 'errors' ? highestErrorRate : slowest;
      let failed = 0;
      const minute = pointsOf(run.canary, signal).findIndex((point) => {
        failed += point <= limit ? 0 : 1;
        return failed >= failures;
      });
      return afterBake(run, minute === -1 ? null : (minute + 1) * ticksPerMinute);
    },
  };
}

/** Flagger takes back once `threshold` checks have failed since the rollout began (`pkg/controller/scheduler.go`). */
export const flagger1 = fixedThreshold({
  name: 'flagger-1',
  title: 'Flagger, 1% errors, threshold 5',
  signals: ['errors', 'latency'],
  highestErrorRate: 0.01,
  failures: 5,
});

export const flagger2 = fixedThreshold({
  name: 'flagger-2',
  title: 'Flagger, 2% errors, threshold 5',
  signals: ['errors'],
  highestErrorRate: 0.02,
  failures: 5,
});

/** Argo Rollouts fails once more than `failureLimit` measurements have failed (`utils/analysis/helpers.go`). */
export const argo1 = fixedThreshold({
  name: 'argo-1',
  title: 'Argo Rollouts, 1% errors, failureLimit 5',
  signals: ['errors', 'latency'],
  highestErrorRate: 0.01,
  failures: 6,
});
