/** A Prometheus that is killed, on the example platform with its users: the way of whole rollouts. Each fault is in fault-table.test.ts. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { oldLinks, startTraffic, type Traffic } from '../../examples/platform/traffic.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { canary, expectAll, stable, test, type Lab } from '../durability/lab.ts';
import { startMeddler, type Meddler } from './meddler.ts';
import { PrometheusServer, skipped } from './server.ts';

const bad = '14.1.1-htm';

function targetOf({ platform }: Lab) {
  return { address: new URL(platform.control).host, labels: {} };
}

function spec({ url }: Meddler, more: Partial<RolloutSpec>): Partial<RolloutSpec> {
  return {
    judge: 'fast',
    prometheus: { url, timeout: '2s' },
    metrics: [
      {
        name: 'errors',
        kind: 'rate',
        source: {
          type: 'prometheus',
          events: 'http_requests_total{track="$track",code=~"4.."}',
          total: 'http_requests_total{track="$track"}',
        },
        passBelow: 2,
      },
    ],
    onNoSignal: { hold: '10m' },
    ...more,
  };
}

describe.skipIf(skipped)('while nothing can be measured', () => {
  let prometheus: PrometheusServer;
  let meddler: Meddler;

  beforeAll(async () => {
    prometheus = await PrometheusServer.start('500ms');
    meddler = await startMeddler(prometheus.url);
  });

  afterAll(async () => {
    meddler.end();
    await prometheus.end();
  });

  async function withUsers(lab: Lab, play: (users: Traffic) => Promise<void>): Promise<void> {
    await prometheus.scrape([targetOf(lab)]);
    const users = startTraffic(lab.platform.front, 125, oldLinks);
    try {
      await play(users);
    } finally {
      await users.stop();
    }
  }

  /** Until the bake has been looked at a few times: its first chapter tells nothing of them before it ends. */
  async function lookedAt(lab: Lab): Promise<void> {
    await lab.until(({ phase }) => phase === 'baking');
    const before = meddler.passed();
    await expect.poll(() => meddler.passed(), { timeout: 90_000 }).toBeGreaterThan(before + 50);
  }

  const isHeld = ({ phase, verdict }: RolloutStatus): boolean =>
    phase === 'holding' && verdict?.kind === 'no-signal' && verdict.because.includes('gave no whole answer');

  test('a good version is held at its weight, says why, and is promoted once it can be', async ({ lab }) => {
    await withUsers(lab, async () => {
      await lab.start(spec(meddler, { steps: [{ weight: 20, bake: { min: '15s', max: '10m' } }] }));
      await lookedAt(lab);
      await prometheus.stop();
      expect((await lab.until(isHeld)).weight).toBe(20);
      expect(await lab.split()).toEqual({ weight: 20, audience: null });
      await prometheus.run();
      expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
      await expectAll(canary, lab);
    });
  });

  test('a bad version is never promoted, and taken back once it can be', async ({ lab }) => {
    await withUsers(lab, async () => {
      await prometheus.stop();
      await lab.start(
        spec(meddler, { version: bad, steps: [{ weight: 20, bake: { min: '1s', max: '2s' } }] }),
      );
      await lab.until(({ phase, verdict }) => phase === 'holding' && verdict?.kind === 'no-signal');
      await prometheus.run();
      const result = await lab.handle.result();
      expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(result.cause).toMatch(/^errors: [\d.]+ × stable's/);
      await expectAll(stable, lab);
    });
  });

  test('for longer than is allowed: it is paused, and goes on when a person says so', async ({ lab }) => {
    await withUsers(lab, async () => {
      await lab.start(
        spec(meddler, {
          steps: [{ weight: 20, bake: { min: '15s', max: '10m' } }],
          onNoSignal: { hold: '10s' },
        }),
      );
      await lookedAt(lab);
      await prometheus.stop();
      const { paused, weight } = await lab.until(({ phase }) => phase === 'paused');
      expect({ paused, weight }).toMatchObject({ weight: 20, paused: expect.anything() as unknown });
      await prometheus.run();
      await lab.rollouts.resume('bakery');
      expect(await lab.handle.result()).toMatchObject({ outcome: 'promoted', verified: true });
    });
  });
});
