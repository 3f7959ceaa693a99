import { expect, test } from 'vitest';
import { metrics } from '../../../activities/metrics/registry.ts';
import type { Grants, MetricOf } from '../../../activities/ports.ts';
import type { LoadReport } from '../../../src/domain/samples.ts';
import { look, never } from './source.ts';

const report: LoadReport = {
  window: { from: 0, to: 10_000 },
  missed: 0,
  requests: 500,
  errors: 7,
  latency: { p50: 3, p90: 8, p99: 40, max: 90, counts: { '404': 400, '500': 95 } },
  classes: { '5xx': 2, connection: 5 },
};
const shared = { name: 'load', gating: true, minSample: 20, source: { type: 'load' } } as const;
const errors: MetricOf<'load'> = { ...shared, kind: 'rate', max: 0.01 };
const latency: MetricOf<'load'> = { ...shared, kind: 'latency', percentile: 90, max: 500 };
const grants: Grants = { secret: () => '', checkUrl: () => undefined };

async function reading(metric: MetricOf<'load'>, of: LoadReport | null): Promise<unknown> {
  const { canary } = await metrics.load(metric, grants).collect(look({ report: of }), { signal: never });
  return canary;
}

test('a rate is the errors out of the requests', async () => {
  expect(await reading(errors, report)).toEqual({ events: 7, total: 500 });
});

test('a latency is the percentile asked, of those requests whose time is known', async () => {
  expect(await reading(latency, report)).toEqual({ value: 8, n: 495 });
});

test('without a report both are missing', async () => {
  expect(await reading(errors, null)).toHaveProperty('missing');
  expect(await reading(latency, null)).toHaveProperty('missing');
});
