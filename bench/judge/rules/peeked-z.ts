import { bounds, ticksPerMinute, type Arm, type Signal } from '../observed.ts';
import { perMinute } from './minutes.ts';
import { afterBake, type Rule } from './rule.ts';

/** Of the standard normal, for a one-sided p of .01. */
const critical = 2.3263478740408408;
const slowest = bounds.indexOf(0.5);

/** The textbook's test of two proportions over all data so far, repeated each minute: errors, or requests over 0.5 s. */
export const peekedZ: Rule = {
  name: 'peeked-z',
  title: 'z-test, p < .01 each minute',
  signals: ['errors', 'latency'],
  judge(run, signal) {
    const [canary, stable] = [eventsOf(run.canary, signal), eventsOf(run.stable, signal)];
    const sums = { n: 0, k: 0, stableN: 0, stableK: 0 };
    const minute = canary.requests.findIndex((n, at) => {
      sums.n += n;
      sums.k += canary.events[at] ?? 0;
      sums.stableN += stable.requests[at] ?? 0;
      sums.stableK += stable.events[at] ?? 0;
      const pooled = (sums.k + sums.stableK) / (sums.n + sums.stableN);
      const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / sums.n + 1 / sums.stableN));
      return (sums.k / sums.n - sums.stableK / sums.stableN) / deviation > critical;
    });
    return afterBake(run, minute === -1 ? null : (minute + 1) * ticksPerMinute);
  },
};

function eventsOf(arm: Arm, signal: Signal): { requests: Float64Array; events: Float64Array } {
  const requests = perMinute(arm.requests);
  if (signal === 'errors') return { requests, events: perMinute(arm.errors) };
  const fast = perMinute(arm.buckets[slowest] ?? new Float64Array());
  return { requests, events: requests.map((n, minute) => n - (fast[minute] ?? 0)) };
}
