import { describe, expect, test } from 'vitest';
import { forms } from '../../../activities/load/command/forms.ts';

/** What k6 writes by --summary-export, without what it says of groups and other metrics. */
const k6 = {
  root_group: { name: '', path: '', groups: {}, checks: {} },
  metrics: {
    checks: { value: 0.75, passes: 45, fails: 15, thresholds: { 'rate>70': false } },
    http_reqs: { count: 60, rate: 20.1 },
    http_req_failed: { value: 0.05, passes: 3, fails: 57, thresholds: { 'rate<0.01': true } },
    http_req_duration: {
      avg: 15,
      max: 20,
      med: 14.5,
      min: 10,
      'p(90)': 19,
      'p(95)': 19.5,
      'p(99)': 19.9,
    },
    dropped_iterations: { count: 4, rate: 1.3 },
  },
};

/** What ghz writes by -O json, without its options and the rows of its details. */
const ghz = {
  date: '2026-11-26T06:00:00Z',
  endReason: 'timeout',
  count: 200,
  total: 10_000_000_000,
  average: 3_000_000,
  fastest: 1_000_000,
  slowest: 69_600_000,
  rps: 20,
  errorDistribution: { 'rpc error: code = Unavailable desc = closing': 3, 'rpc error: code = Internal': 1 },
  statusCodeDistribution: { OK: 196, Unavailable: 3, Internal: 1 },
  latencyDistribution: [
    { percentage: 10, latency: 1_100_000 },
    { percentage: 50, latency: 2_000_000 },
    { percentage: 90, latency: 5_500_000 },
    { percentage: 99, latency: 60_000_000 },
  ],
  histogram: [
    { mark: 0.001, count: 1, frequency: 0.01 },
    { mark: 0.0696, count: 195, frequency: 0.99 },
  ],
  details: [],
};

describe("k6's", () => {
  test('is read as k6 writes it: what http_req_failed passes with has failed', () => {
    expect(forms.k6.schema.parse(k6)).toEqual({
      requests: 60,
      errors: 3,
      missed: 4,
      latency: { n: 60, p50: 14.5, p90: 19, p99: 19.9, max: 20 },
      classes: {},
    });
  });

  test('has no p99 unless k6 was asked for it, and none is made up', () => {
    const { 'p(99)': _, ...duration } = k6.metrics.http_req_duration;
    const { dropped_iterations: __, ...metrics } = k6.metrics;
    const seen = forms.k6.schema.parse({ metrics: { ...metrics, http_req_duration: duration } });
    expect(seen.latency.p99).toBeUndefined();
    expect(seen.missed).toBeUndefined();
  });

  test.each([
    ['without http_req_failed, which a script can turn off', { http_req_failed: undefined }],
    ['whose failed and well requests are not all', { http_req_failed: { passes: 3, fails: 50 } }],
    ['of a script without a request over HTTP', { http_reqs: undefined }],
  ])('is refused %s', (_, part) => {
    expect(forms.k6.schema.safeParse({ metrics: { ...k6.metrics, ...part } }).success).toBe(false);
  });

  test('is refused in the form that handleSummary gets', () => {
    const metrics = { http_reqs: { type: 'counter', contains: 'default', values: { count: 60, rate: 20 } } };
    expect(forms.k6.schema.safeParse({ metrics }).success).toBe(false);
  });
});

describe("ghz's", () => {
  test('is read as ghz writes it, in nanoseconds', () => {
    expect(forms.ghz.schema.parse(ghz)).toEqual({
      requests: 200,
      errors: 4,
      latency: { n: 196, p50: 2, p90: 5.5, p99: 60, max: 69.6 },
      classes: { Unavailable: 3, Internal: 1 },
    });
  });

  test('says nothing of time where every call failed', () => {
    const seen = forms.ghz.schema.parse({
      ...ghz,
      slowest: 0,
      errorDistribution: { 'rpc error': 200 },
      statusCodeDistribution: { Unavailable: 200 },
      latencyDistribution: null,
      histogram: null,
    });
    expect(seen).toMatchObject({
      requests: 200,
      errors: 200,
      latency: { n: 0 },
      classes: { Unavailable: 200 },
    });
  });

  test('is refused where its status codes do not add up', () => {
    expect(forms.ghz.schema.safeParse({ ...ghz, count: 199 }).success).toBe(false);
  });
});
