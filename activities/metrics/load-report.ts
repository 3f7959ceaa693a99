import { slowerThan } from '../../src/domain/latency-buckets.ts';
import type { LoadReport, Reading } from '../../src/judge/samples.ts';
import type { Adapter, MetricOf, Metrics } from '../ports.ts';

/** What the load saw of its own requests: how many failed, and how long they took. */
export const loadReport: Adapter<MetricOf<'load'>, Metrics> = {
  uses: () => [],
  connect: (metric) => ({
    remembers: false,
    collect({ report, cursor }) {
      const canary =
        report === null
          ? { missing: 'there is no report of a load that has just ended' }
          : reading(metric, report);
      return Promise.resolve({ canary, cursor });
    },
  }),
};

function reading(metric: MetricOf<'load'>, { requests, errors, latency }: LoadReport): Reading {
  if (metric.kind !== 'latency') return { events: errors, total: requests };
  const percentile = `p${metric.percentile ?? 99}` as const;
  const value = latency[percentile];
  const { max } = metric;
  if (value !== undefined) {
    if (latency.counts === undefined || max === undefined) return { value, n: latency.n };
    return { value, n: latency.n, slower: slowerThan(max, latency.counts) };
  }
  return {
    missing:
      latency.n === 0
        ? 'the load knows the time of none of its requests'
        : `the load's report has no ${percentile}: have its command say it, or ask for another percentile`,
  };
}
