import { afterEach, describe, expect, test } from 'vitest';
import type { Split } from '../../src/domain/rollout.ts';
import { skipped, Stand } from './stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

/** Of each weight; TRAFFIC_REQUESTS makes it more. */
const requests = Number(process.env['TRAFFIC_REQUESTS'] ?? 4000);

describe.skipIf(skipped)('the traffic that a canary gets', () => {
  let stand: Stand;
  afterEach(() => stand.close());

  async function split(how: Split, number: number): Promise<void> {
    const traffic = stand.traffic();
    await traffic.split(release, how, stand.backends, { fence: { epoch: 1000, number }, signal });
    await traffic.read(release, { signal });
  }

  test.each([0.01, 1, 5, 25, 33.33, 50])(
    'is its weight of %s%',
    async (weight) => {
      stand = await Stand.start();
      await split({ weight, audience: null }, 1);
      const { canary = 0, stable = 0, ...failed } = await stand.share(requests);
      console.log(`${String(weight)}%: ${String(canary)} of ${String(requests)} requests`);
      expect(failed).toEqual({});
      expect(canary + stable).toBe(requests);
      expect(Math.abs(canary - (weight / 100) * requests)).toBeLessThanOrEqual(1);
    },
    600_000,
  );

  test.each([
    ['2s, as by default', []],
    ['200ms', ['--providers.providersThrottleDuration=200ms']],
  ])('is none from when Traefik reports it, with a delay of %s', async (delay, more) => {
    stand = await Stand.start(undefined, more);
    await split({ weight: 50, audience: null }, 1);
    let lastOfCanary = 0;
    let failed = 0;
    let isOver = false;
    const user = async (): Promise<void> => {
      while (!isOver) {
        const began = performance.now();
        const track = await stand.ask();
        if (track === 'canary') lastOfCanary = Math.max(lastOfCanary, began);
        else if (track !== 'stable') failed += 1;
        stand.asked += 1;
      }
    };
    const users = Promise.all(Array.from({ length: 8 }, user));
    await expect.poll(() => stand.asked, { timeout: 30_000 }).toBeGreaterThan(500);
    const decided = performance.now();
    await split({ weight: 0, audience: null }, 2);
    const reported = performance.now();
    const before = stand.asked;
    await expect.poll(() => stand.asked, { timeout: 30_000 }).toBeGreaterThan(before + 500);
    isOver = true;
    await users;
    const ms = (at: number): string => `${String(Math.round(at - decided))} ms`;
    console.log(
      `${delay}: the canary's last request began ${ms(lastOfCanary)} after the decision, reported after ${ms(reported)}`,
    );
    expect(failed).toBe(0);
    expect(lastOfCanary).toBeLessThan(reported);
  });
});
