/** Whole rollouts on the setups that people's Prometheus servers have, good ones and bad ones. */
import { describe, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { rolloutStarter, type RunningRollout } from './rollouts.ts';
import { PrometheusServer, skipped, type Changes } from './server.ts';
import { Shop } from './shop.ts';

type Metric = NonNullable<RolloutSpec['metrics']>[number];

interface Scene {
  shop: Shop;
  rollout: RunningRollout;
}

interface Setup {
  /** Of the service. */
  name: string;
  /** So many times the usual errors in the canary. */
  worse: number;
  labels?: Parameters<typeof Shop.open>[2];
  changes?: Changes;
  past?: string;
  /** What is made of the text that is scraped of stable, and of the canary. */
  pages?: (shop: Shop) => void;
  spec?: Partial<RolloutSpec>;
}

/** What cannot be measured is taken back soon: nothing in these setups would mend. */
const soon = { onNoSignal: { hold: '3s', then: 'roll-back' } } as const;

const limited = (events: string, total: string, more: object = {}): Metric => ({
  name: 'errors',
  kind: 'rate',
  max: '5%',
  source: { type: 'prometheus', events, total, ...more },
});

const inTrack = 'service="$service",track="$track"';

describe.skipIf(skipped)('a rollout, where', { concurrent: true, timeout: 180_000 }, () => {
  const start = rolloutStarter();

  async function withRollout(setup: Setup, play: (scene: Scene) => Promise<void>): Promise<void> {
    const shop = await Shop.open(setup.name, setup.worse, setup.labels);
    setup.pages?.(shop);
    const prometheus = await PrometheusServer.start('500ms', shop.targets, {
      changes: setup.changes ?? {},
      ...(setup.past !== undefined && { past: setup.past }),
    });
    try {
      for (let scrapes = 0; scrapes < 8; scrapes += 1) await shop.stable.scraped();
      await play({ shop, rollout: await start(shop, prometheus.url, setup.spec ?? {}) });
    } finally {
      await prometheus.end();
      await shop.close();
    }
  }

  const isRefused = async ({ rollout }: Scene, why: RegExp): Promise<unknown> => {
    await rollout.until(({ verdict }) => verdict?.kind === 'no-signal' && why.test(verdict.because));
    return rollout.result();
  };

  test('a rate was recorded as a gauge: a canary with 10 % of errors is not promoted at a limit of 5 %', ({
    expect,
  }) =>
    withRollout(
      {
        name: 'recorded',
        worse: 1,
        pages: ({ canary }) => {
          canary.page = (text) =>
            text.replace(
              /^http_requests_total\{code="(\d+)"\} (\d+)$/gm,
              (_all, code: string, count: string) =>
                `shop_requests{code="${code}"} ${String((Number(count) % 7) + 0.25)}`,
            );
        },
        spec: {
          ...soon,
          metrics: [limited(`shop_requests{${inTrack},code="500"}`, `shop_requests{${inTrack}}`)],
        },
      },
      async (scene) => {
        const result = await isRefused(
          scene,
          /shop_requests\{.*\} is \d+\.25, and a counter of events is a whole number/,
        );
        expect(result).toMatchObject({ outcome: 'rolled-back' });
        expect(scene.shop.target.running('stable')).toEqual(['v1']);
      },
    ));

  test('several processes answer for one target: neither its millions promote a canary, nor take it back', ({
    expect,
  }) =>
    withRollout(
      {
        name: 'workers',
        worse: 1,
        pages: ({ stable }) => {
          let asked = 0;
          stable.page = (text) => {
            asked += 1;
            const more = (asked % 4) * 1_000_000;
            return text
              .replace(/^process_start_time_seconds.*$/m, '')
              .replace(/^(http_\w+\S*) (\d+)$/gm, (_all, series: string, count: string) =>
                [series, String(Number(count) + more)].join(' '),
              );
          };
        },
        spec: soon,
      },
      async (scene) => {
        const result = await isRefused(
          scene,
          /http_requests_total of .* fell \d+ times since .* without a restart: several processes answer for this one target/,
        );
        expect(result).toMatchObject({ outcome: 'rolled-back' });
      },
    ));

  test('two jobs scrape the same: it is promoted by what happened, counted once, and that is said', ({
    expect,
  }) =>
    withRollout({ name: 'twice', worse: 1, changes: { again: 'pods' } }, async ({ shop, rollout }) => {
      const { counting } = await rollout.until((status) => status.counting !== undefined);
      expect(counting).toEqual([
        expect.stringMatching(
          /^errors: 127.0.0.1:\d+ is scraped twice \(job="pods" and job="shop"\): its requests are counted once$/,
        ),
      ]);
      expect(await rollout.details()).toContain('**How it is measured**');
      const result = await rollout.result();
      expect(result).toMatchObject({ outcome: 'promoted' });
      const { evidence } = (await rollout.status()).verdict?.metrics[0] ?? {};
      expect(evidence?.canary.n).toBeGreaterThan(0);
      expect(evidence?.canary.n).toBeLessThanOrEqual(shop.canary.served);
    }));

  test('no error has come yet, and or vector(0) says that this is 0: it is promoted', ({ expect }) =>
    withRollout(
      {
        name: 'guarded',
        worse: 0,
        spec: {
          ...soon,
          metrics: [
            {
              name: 'errors',
              kind: 'value',
              max: 0.05,
              source: {
                type: 'prometheus',
                value: `(sum(rate(http_requests_total{${inTrack},code=~"5.."}[10s])) or vector(0)) / sum(rate(http_requests_total{${inTrack}}[10s]))`,
              },
            },
          ],
        },
      },
      async ({ rollout }) => {
        expect(await rollout.result()).toMatchObject({ outcome: 'promoted' });
      },
    ));

  test('its job scrapes thousands of others: it is judged by its own targets', ({ expect }) =>
    withRollout({ name: 'crowd', worse: 3, past: crowd(2_100), spec: soon }, async ({ rollout }) => {
      const result = await rollout.result();
      expect(result).toMatchObject({ outcome: 'rolled-back' });
      expect(result.cause).toMatch(/^errors: [\d.]+ × stable's/);
    }));

  test('a counter comes with its first event: absent: zero says that none is 0, and it is promoted', ({
    expect,
  }) =>
    withRollout(
      {
        name: 'lazy',
        worse: 0,
        spec: {
          ...soon,
          metrics: [
            limited(`http_panics_total{${inTrack}}`, `http_requests_total{${inTrack}}`, { absent: 'zero' }),
          ],
        },
      },
      async ({ rollout }) => {
        expect(await rollout.result()).toMatchObject({ outcome: 'promoted' });
      },
    ));

  test('a counter is mistyped: it is not promoted, and told how to say that none is 0', ({ expect }) =>
    withRollout(
      {
        name: 'mistyped',
        worse: 0,
        spec: {
          ...soon,
          metrics: [limited(`http_panic_total{${inTrack}}`, `http_requests_total{${inTrack}}`)],
        },
      },
      async (scene) => {
        const result = await isRefused(
          scene,
          /no target has a metric called http_panic_total: correct the name, or set absent: zero on the source/,
        );
        expect(result).toMatchObject({ outcome: 'rolled-back' });
      },
    ));

  test('the tracks have labels of their own: a bad version is taken back', ({ expect }) =>
    withRollout(
      {
        name: 'labelled',
        worse: 3,
        labels: { canary: { workload: 'labelled' }, stable: { workload: 'labelled-primary' } },
        spec: {
          ...soon,
          tracks: { canary: { workload: '$service' }, stable: { workload: '$service-primary' } },
          metrics: [
            {
              name: 'errors',
              kind: 'rate',
              source: { type: 'prometheus', preset: 'http-server' },
              passBelow: 2,
            },
          ],
        },
      },
      async ({ rollout }) => {
        const result = await rollout.result();
        expect(result).toMatchObject({ outcome: 'rolled-back' });
        expect(result.cause).toMatch(/^errors: [\d.]+ × stable's/);
      },
    ));
});

/** So many other targets of the job, a minute ago. */
function crowd(size: number): string {
  const at = Math.floor(Date.now() / 1000) - 60;
  const ups = Array.from(
    { length: size },
    (_, pod) => `up{job="shop",instance="pod-${String(pod)}"} 1 ${String(at)}`,
  );
  return ['# TYPE up gauge', ...ups, '# EOF', ''].join('\n');
}
