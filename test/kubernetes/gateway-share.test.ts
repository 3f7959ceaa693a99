import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Split } from '../../src/domain/rollout.ts';
import { GatewayStand, skipped } from './gateway-stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

/** Of each weight; TRAFFIC_REQUESTS makes it more. */
const requests = Number(process.env['TRAFFIC_REQUESTS'] ?? 4000);

/** Of users. */
const perSecond = 100;

describe.skipIf(skipped)('the traffic that a canary gets by a gateway', () => {
  let stand: GatewayStand;
  let number = 0;
  beforeAll(async () => {
    stand = await GatewayStand.start();
  });
  afterAll(() => stand.close());

  async function split(how: Split, more: Parameters<GatewayStand['plan']>[0] = {}): Promise<void> {
    const traffic = stand.traffic(more);
    number += 1;
    await traffic.split(
      release,
      how,
      { canary: [], baseline: [] },
      { fence: { epoch: 1000, number }, signal },
    );
    expect(await traffic.read(release, { signal })).toMatchObject(how);
  }

  function isShare(
    { canary = 0, stable = 0, ...failed }: Record<string, number>,
    weight: number,
    kind: string,
  ): void {
    console.log(`${kind}, ${String(weight)}%: ${String(canary)} of ${String(requests)}`);
    expect(failed).toEqual({});
    expect(canary + stable).toBe(requests);
    expect(Math.abs(canary - (weight / 100) * requests)).toBeLessThanOrEqual(2);
  }

  describe('for HTTP', () => {
    beforeAll(() => stand.route());
    test.each([0.1, 1, 10, 50])(
      'is its weight of %s%',
      async (weight) => {
        await split({ weight, audience: null });
        isShare(await stand.share(requests), weight, 'HTTP');
      },
      600_000,
    );
  });

  describe('for gRPC', () => {
    const plan = { route: 'GRPCRoute/checkout', probe: undefined };
    beforeAll(async () => {
      await stand.namespace.kubectl('delete', 'httproute', 'checkout', '--ignore-not-found');
      await stand.route([{ backendRefs: [{ name: 'checkout', port: 81 }] }], 'GRPCRoute');
    });
    afterAll(() => stand.namespace.kubectl('delete', 'grpcroute', 'checkout'));
    test.each([1, 10, 50])(
      'is its weight of %s%',
      async (weight) => {
        await split({ weight, audience: null }, plan);
        isShare(await stand.share(requests, {}, (asked) => stand.call(asked)), weight, 'gRPC');
      },
      600_000,
    );

    test('is that of an audience beside it', async () => {
      await split({ weight: 0, audience: { header: { name: 'x-staff', value: '1' } } }, plan);
      const headers = { 'x-staff': '1' };
      expect(await stand.share(20, { headers }, (asked) => stand.call(asked))).toEqual({ canary: 20 });
      expect(await stand.share(20, {}, (asked) => stand.call(asked))).toEqual({ stable: 20 });
      await split({ weight: 0, audience: null }, plan);
      expect(await stand.share(20, { headers }, (asked) => stand.call(asked))).toEqual({ stable: 20 });
    });
  });

  test.each([
    ['a probe', {}],
    ['a delay', { probe: undefined }],
  ])('is none from when it is reported, with %s, and no request is lost', async (_, more) => {
    await stand.route();
    const seen = { lastOfCanary: 0, failed: 0, all: 0, canary: 0 };
    const over = new AbortController();
    const one = async (): Promise<void> => {
      const began = performance.now();
      const track = await stand.ask().catch((error: unknown) => String(error));
      seen.all += 1;
      if (track === 'canary') {
        seen.canary += 1;
        seen.lastOfCanary = Math.max(seen.lastOfCanary, began);
      } else if (track !== 'stable') seen.failed += 1;
    };
    const asking: Promise<void>[] = [];
    const users = (async () => {
      const began = performance.now();
      while (!over.signal.aborted) {
        const due = ((performance.now() - began) / 1000) * perSecond;
        while (asking.length < due) asking.push(one());
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await split({ weight: 10, audience: null }, more);
    await split({ weight: 50, audience: null }, more);
    const before = seen.all;
    await expect.poll(() => seen.all, { timeout: 30_000 }).toBeGreaterThan(before + 200);
    const decided = performance.now();
    await split({ weight: 0, audience: null }, more);
    const reported = performance.now();
    const then = seen.all;
    await expect.poll(() => seen.all, { timeout: 30_000 }).toBeGreaterThan(then + 300);
    over.abort();
    await users;
    await Promise.all(asking);
    const ms = (at: number): string => `${String(Math.round(at - decided))} ms`;
    console.log(
      `the canary's last request began ${ms(seen.lastOfCanary)} after the decision, reported after ${ms(reported)}; ${String(seen.failed)} of ${String(seen.all)} requests failed`,
    );
    expect(seen.canary).toBeGreaterThan(50);
    expect(seen.failed).toBe(0);
    expect(seen.lastOfCanary).toBeLessThan(reported);
  });
});
