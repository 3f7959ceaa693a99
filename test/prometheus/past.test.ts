import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calibrationOf, type Calibration, type Past } from '../../src/judge/compared/calibration.ts';
import { limitCalibrationOf } from '../../src/judge/limited/calibration.ts';
import { randomOf } from '../../src/domain/random.ts';
import { PrometheusServer, skipped } from './server.ts';
import { release, sourceOf } from './source.ts';

const minute = 60_000;
const day = 1_440;
const copies = ['a', 'b', 'c', 'd', 'e'];

/** A day of stable's copies: errors come by threes, one copy is restarted at noon, memory differs by 2. */
function past(until: number): string {
  const random = randomOf('past');
  const lines = new Map<string, string[]>();
  const add = (series: string, value: number, at: number): void => {
    lines.set(series, [...(lines.get(series) ?? []), `${series} ${String(value)} ${String(at / 1000)}`]);
  };
  for (const copy of copies) {
    const labels = `job="shop",instance="${copy}",track="stable"`;
    const counts = { ok: 0, failed: 0, fast: 0, all: 0 };
    for (let at = 0; at <= day; at += 1) {
      if (copy === 'a' && at === day / 2) Object.assign(counts, { ok: 0, failed: 0, fast: 0, all: 0 });
      const failed = 3 * random.poisson(2);
      const slow = random.poisson(60);
      counts.ok += 600 - failed;
      counts.failed += failed;
      counts.fast += 600 - slow;
      counts.all += 600;
      const time = until - (day - at) * minute;
      add(`http_requests_total{${labels},code="200"}`, counts.ok, time);
      add(`http_requests_total{${labels},code="500"}`, counts.failed, time);
      add(`http_request_duration_seconds_bucket{${labels},le="0.1"}`, counts.fast, time);
      add(`http_request_duration_seconds_bucket{${labels},le="+Inf"}`, counts.all, time);
      add(`memory_bytes{${labels}}`, 100 + 2 * random.normal(), time);
    }
  }
  for (let at = 0; at <= 3; at += 1) {
    add('seldom_total{job="shop",instance="a",track="canary"}', at, until - (3 - at) * 5 * minute);
  }
  const families = [
    ['http_requests', 'counter'],
    ['http_request_duration_seconds', 'histogram'],
    ['memory_bytes', 'gauge'],
    ['seldom', 'counter'],
  ] as const;
  const text = families.flatMap(([name, type]) => [
    `# TYPE ${name} ${type}`,
    ...[...lines].filter(([series]) => series.startsWith(name)).flatMap(([, samples]) => samples),
  ]);
  return [...text, '# EOF', ''].join('\n');
}

describe.skipIf(skipped)("a day of stable's past, as Prometheus remembers it", () => {
  let server: PrometheusServer;
  const now = Math.floor(Date.now() / minute) * minute;

  beforeAll(async () => {
    server = await PrometheusServer.start('1s', [], { past: past(now) });
  });
  afterAll(() => server.end());

  async function pastOf(metric: Parameters<typeof sourceOf>[0]): Promise<Past> {
    const call = { signal: AbortSignal.timeout(30_000) };
    const found = await sourceOf(metric).past?.(release, { from: now - day * minute, to: now }, call);
    return found!;
  }
  async function calibrated(metric: Parameters<typeof sourceOf>[0]): Promise<Calibration> {
    return calibrationOf(await pastOf(metric));
  }
  const match = 'track="$track"';

  test('says of a rate how its errors come', async () => {
    const { noise, said } = await calibrated({
      kind: 'rate',
      source: { type: 'prometheus', url: server.url, preset: 'http-server', match },
    });
    expect(noise?.counts?.dispersion).toBeGreaterThan(2.5);
    expect(noise?.counts?.dispersion).toBeLessThan(3.5);
    expect(said).toMatch(
      /^4[23],\d{3} of 4,3[12]\d,\d{3} \(1(\.\d+)?%\) in 5 copies of stable; dispersion [23](\.\d+)?/,
    );
  });

  test('says of a latency which bounds are worth watching', async () => {
    const { noise } = await calibrated({
      kind: 'latency',
      source: { type: 'prometheus', url: server.url, preset: 'http-server', match },
    });
    expect(noise?.bounds).toMatchObject([{ above: 100, noise: { wander: { sd: 0 } } }]);
  });

  test('says of a limit how its errors come', async () => {
    const source = { type: 'prometheus', url: server.url, preset: 'http-server', match } as const;
    const { noise, said } = limitCalibrationOf(await pastOf({ kind: 'rate', max: '2%', source }));
    expect(noise?.dispersion).toBeGreaterThan(2.5);
    expect(noise?.dispersion).toBeLessThan(3.5);
    expect(said).toMatch(/ in 5 copies of stable; dispersion [23](\.\d+)? from minute to minute$/);
  });

  test('says of a limit on a percentile how requests come that are slower, by the last bucket up to it', async () => {
    const source = { type: 'prometheus', url: server.url, preset: 'http-server', match } as const;
    const slower = await pastOf({ kind: 'latency', max: '250ms', source });
    expect(slower).toMatchObject({ kind: 'latency', bounds: [100] });
    expect(limitCalibrationOf(slower).noise?.dispersion).toBeLessThan(1.2);
    expect(limitCalibrationOf(await pastOf({ kind: 'latency', max: '50ms', source })).noise).toBeNull();
  });

  test('says of a gauge by how much copies differ', async () => {
    const { noise } = await calibrated({
      kind: 'gauge',
      source: { type: 'prometheus', url: server.url, value: `memory_bytes{${match}}` },
    });
    expect(noise?.gauge?.sd).toBeGreaterThan(2);
    expect(noise?.gauge?.sd).toBeLessThan(2.7);
  });

  test('shows that a source is scraped too seldom: it is not waited for, and says so', async () => {
    const counter = 'seldom_total{track="$track"}';
    const source = sourceOf({
      kind: 'rate',
      source: { type: 'prometheus', url: server.url, events: counter, total: counter },
    });
    const call = { signal: AbortSignal.timeout(30_000) };
    const look = { release, tracks: ['canary' as const], cursor: null };
    expect(await source.lag?.(look, call)).toBe(120_000);
    const window = { from: Date.now() - minute, to: Date.now() };
    expect(await source.collect({ ...look, window, report: null }, call)).toMatchObject({
      canary: { missing: expect.stringMatching(/it is scraped each 5m, and a tick is 1m/) as unknown },
    });
  });
});
