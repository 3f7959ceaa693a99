import { expect, test } from 'vitest';
import { metrics } from '../../../activities/metrics/registry.ts';
import type { MetricOf } from '../../../activities/ports.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import { connected, everything } from '../../support/grants.ts';
import { look, never } from './source.ts';

const report: LoadReport = {
  window: { from: 0, to: 10_000 },
  missed: 0,
  requests: 500,
  errors: 7,
  latency: { n: 495, p50: 3, p90: 8, p99: 40, max: 90, counts: { '404': 400, '500': 95 } },
  classes: { '5xx': 2, connection: 5 },
};
const shared = { name: 'load', gating: true, minSample: 20, source: { type: 'load' } } as const;
const errors: MetricOf<'load'> = { ...shared, kind: 'rate', max: 0.01 };
const latencyAt = (percentile: 50 | 90 | 99): MetricOf<'load'> => ({
  ...shared,
  kind: 'latency',
  percentile,
  max: 500,
});

async function reading(metric: MetricOf<'load'>, of: LoadReport | null): Promise<unknown> {
  const { canary } = await connected(metrics.load, metric, everything).collect(look({ report: of }), {
    signal: never,
  });
  return canary;
}

test('a rate is the errors out of the requests', async () => {
  expect(await reading(errors, report)).toEqual({ events: 7, total: 500 });
});

test('a latency is the percentile asked, of those requests whose time is known', async () => {
  const { counts: _, ...latency } = report.latency;
  expect(await reading(latencyAt(90), { ...report, latency })).toEqual({ value: 8, n: 495 });
});

test('and how many requests were slower than the limit, where the load has counted them in buckets', async () => {
  const counts = { '404': 400, '660': 60, '663': 30, '700': 5 };
  const { max: _, ...metric } = { ...latencyAt(90) };
  const seen = await reading({ ...metric, max: 500 }, { ...report, latency: { ...report.latency, counts } });
  // The bucket of 500 ms reaches from 493 to 503 ms: its 30 requests may be slower.
  expect(seen).toEqual({ value: 8, n: 495, slower: { least: 5, most: 35 } });
});

test('a percentile that a tool does not give is missing, and how to have it is said', async () => {
  const { p99: _, ...latency } = report.latency;
  expect(await reading(latencyAt(99), { ...report, latency })).toEqual({
    missing: "the load's report has no p99: have its command say it, or ask for another percentile",
  });
  expect(await reading(latencyAt(50), { ...report, latency: { n: 0 } })).toEqual({
    missing: 'the load knows the time of none of its requests',
  });
});

test('without a report both are missing', async () => {
  expect(await reading(errors, null)).toHaveProperty('missing');
  expect(await reading(latencyAt(90), null)).toHaveProperty('missing');
});
