import { afterAll, beforeAll, describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { oldLinks, startTraffic } from '../../examples/platform/traffic.ts';
import { coalmine, fileWith } from '../cli/coalmine.ts';
import { test } from '../durability/lab.ts';
import { PrometheusServer, skipped } from './server.ts';

describe.skipIf(skipped)('coalmine validate --live', () => {
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    prometheus = await PrometheusServer.start('500ms');
  });
  afterAll(() => prometheus.end());

  const spec = (control: string, code: string): string =>
    stringify({
      service: 'bakery',
      version: '14.1.1',
      target: { type: 'http', url: `${control}/coalmine` },
      every: '1s',
      prometheus: { url: prometheus.url },
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          source: {
            type: 'prometheus',
            events: `http_requests_total{track="$track",${code}=~"4.."}`,
            total: 'http_requests_total{track="$track"}',
          },
        },
      ],
      steps: [{ weight: 10, bake: { min: '10s', max: '1h' } }],
    });

  test('has the worker ask, and says what it got and what could be found with it', async ({ lab }) => {
    const { platform, temporal } = lab;
    await prometheus.scrape([{ address: new URL(platform.control).host, labels: {} }]);
    const users = startTraffic(platform.front, 100, oldLinks);
    try {
      // Fifteen seconds of scrapes.
      await expect
        .poll(() => prometheus.value('sum(count_over_time(up[1m]))', Date.now()), { timeout: 60_000 })
        .toBeGreaterThan(30);
      const file = await fileWith(spec(platform.control, 'code'));
      const { code, stdout, stderr } = await coalmine(['validate', file, '--live'], {
        TEMPORAL_ADDRESS: temporal.address,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/errors +stable +\d+ of [\d,]+ \([\d.]+%\) +[\d,]+ of [\d,]+/);
      expect(stdout).toMatch(
        /errors, canary: .*nothing matches .*track="canary".* \(to be expected while no canary runs\)/s,
      );
      expect(stdout).toMatch(/too little is known of the past: 0 copies of stable/);
      expect(stdout).toMatch(/A release with 3 × the errors is taken back after/);

      const mistaken = await fileWith(spec(platform.control, 'status'));
      const doubted = await coalmine(['validate', mistaken, '--live'], {
        TEMPORAL_ADDRESS: temporal.address,
      });
      expect(doubted.code).toBe(10);
      expect(doubted.stdout.replace(/\s+/g, ' ')).toMatch(
        /no series of http_requests_total has the label status/,
      );
    } finally {
      await users.stop();
    }
  });
});
