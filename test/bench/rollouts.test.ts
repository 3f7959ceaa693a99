import { describe, expect, test } from 'vitest';
import { slowTimes } from '../../bench/rollouts/instruments.ts';
import { qualities, releasesOf } from '../../bench/rollouts/releases.ts';
import { Service, type Effect } from '../../bench/rollouts/service.ts';
import { mostMetrics, specOf } from '../../bench/rollouts/spec.ts';
import { completeSpec } from '../../src/spec.ts';

const setting = {
  service: 'service-1',
  version: 'v1',
  url: 'http://127.0.0.1:1',
  prometheus: 'http://127.0.0.1:1',
  judge: 'default',
} as const;

test('every kind of release comes as often as is asked for, in an order that the seed decides', () => {
  const releases = releasesOf({ good: 8, bad: 4, seed: 1 });
  const count = (quality: string): number => releases.filter((release) => release.quality === quality).length;
  expect([count('good'), count('errors'), count('latency')]).toEqual([8, 2, 2]);
  expect(releases).toEqual(releasesOf({ good: 8, bad: 4, seed: 1 }));
  expect(releases).not.toEqual(releasesOf({ good: 8, bad: 4, seed: 2 }));
});

test('a spec of two to ten metrics is sound, and the first two decide', () => {
  for (let metrics = 2; metrics <= mostMetrics; metrics += 1) {
    const plan = completeSpec(specOf({ ...setting, metrics }));
    expect(plan.metrics).toHaveLength(metrics);
    expect(plan.metrics.filter(({ gating }) => gating).map(({ name }) => name)).toEqual([
      'errors',
      'latency',
    ]);
  }
});

test('twice the 99th percentile is eight times the requests beyond it', () => {
  expect(slowTimes(qualities.latency)).toBeCloseTo(7.7, 1);
});

describe('a simulated service', () => {
  const effect = (call: string, number: number, more: Partial<Effect> = {}): Effect => ({
    call,
    version: 'v1',
    fence: { epoch: 1, number },
    ...more,
  });

  test('has a page of the canary only while there is one', () => {
    const service = new Service('service-1', 1, true);
    expect(service.page('canary')).toBeNull();
    service.act(effect('deploy', 1));
    expect(service.page('canary')).toContain('http_request_duration_seconds_bucket{le="+Inf"} 0');
    service.act(effect('remove', 2));
    expect(service.page('canary')).toBeNull();
  });

  test('gives the canary its share, and none once it is taken back', async () => {
    const service = new Service('service-1', 1, false);
    service.act(effect('deploy', 1));
    service.act(effect('split', 2, { weight: 50 }));
    await expect.poll(() => requestsOf(service, 'canary')).toBeGreaterThan(100);
    service.act(effect('split', 3, { weight: 0 }));
    const before = requestsOf(service, 'canary');
    const stable = requestsOf(service, 'stable');
    await expect.poll(() => requestsOf(service, 'stable')).toBeGreaterThan(stable + 100);
    expect(requestsOf(service, 'canary')).toBe(before);
    expect(service.done().map(({ name }) => name)).toEqual(['deploy', 'split 50', 'split 0']);
  });

  test('refuses what is older than its last effect', () => {
    const service = new Service('service-1', 1, false);
    expect(service.act(effect('split', 2, { weight: 0 }))).toBe(true);
    expect(service.act(effect('split', 1, { weight: 5 }))).toBe(false);
    expect(service.read()).toEqual({ weight: 0, audience: null });
  });
});

function requestsOf(service: Service, track: string): number {
  const [, count] = /http_requests_total\{code="200"\} (\d+)/.exec(service.page(track) ?? '') ?? [];
  return Number(count);
}
