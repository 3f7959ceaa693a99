/** Whole rollouts behind a real Traefik, judged by what it counts, through a real Prometheus. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { faultyRollouts, type Befall, type FaultyRollout } from '../faults/rollouts.ts';
import { PrometheusServer, skipped as withoutPrometheus } from '../prometheus/server.ts';
import { reply } from '../support/contract-target.ts';
import { skipped, Stand } from './stand.ts';

const metrics = [
  '--metrics.prometheus.addServicesLabels=true',
  '--providers.providersThrottleDuration=200ms',
];

describe.skipIf(skipped || withoutPrometheus)('a rollout behind a real Traefik', () => {
  let stand: Stand;
  let prometheus: PrometheusServer;
  /** Of a hundred answers of the canary. */
  let errors = 0;
  let stop: () => Promise<Record<string, number>>;
  let lastOfCanary = 0;

  beforeAll(async () => {
    stand = await Stand.start(undefined, metrics);
    prometheus = await PrometheusServer.start('500ms', [{ address: new URL(stand.api).host, labels: {} }]);
    const served: Record<string, number> = {};
    stand.answer = (track) => (_, response) => {
      const nth = (served[track] = (served[track] ?? 0) + 1);
      if (track === 'canary') lastOfCanary = performance.now();
      response.statusCode = nth % 100 < (track === 'canary' ? errors : 1) ? 500 : 200;
      // Beyond the first end of Traefik's buckets (0.1 s) now and then: below it no latency is told from another.
      setTimeout(() => response.end(track), nth % 10 === 0 ? 150 : 20);
    };
  });
  afterAll(async () => {
    await prometheus.end();
    await stand.close();
  });

  beforeEach(() => {
    let isOver = false;
    const users = stand.shareUntil(() => isOver);
    stop = () => {
      isOver = true;
      return users;
    };
  });
  afterEach(() => stop());

  const start = faultyRollouts(() => ({ COALMINE_ALLOW_DIRECTORIES: stand.directory }));

  /** The target tells where the copies are. */
  const addresses: Befall = ({ call }) =>
    call !== 'check'
      ? null
      : (response, act) => {
          const { status, body } = act();
          reply(response, { status, body: { ...(body as object), addresses: [stand.urls.canary] } });
        };

  function release(
    steps: RolloutSpec['steps'],
    { metrics = [], ...more }: Partial<RolloutSpec> = {},
  ): Promise<FaultyRollout> {
    return start(addresses, {
      ...more,
      traffic: { type: 'traefik', directory: stand.directory, api: stand.api, router: 'checkout@file' },
      judge: 'fast',
      prometheus: { url: prometheus.url },
      tracks: { canary: { service: 'coalmine-$service-canary@file' }, stable: { service: 'checkout@file' } },
      metrics: [
        { name: 'errors', kind: 'rate', source: { type: 'prometheus', preset: 'traefik' }, passBelow: 2 },
        {
          name: 'latency',
          kind: 'latency',
          source: { type: 'prometheus', preset: 'traefik' },
          gating: false,
        },
        ...metrics,
      ],
      steps,
    });
  }

  const file = async (rollout: FaultyRollout): Promise<string> => {
    const { service } = await rollout.status();
    return join(stand.directory, `coalmine-${service}.yml`);
  };

  test('promotes a version that is as good, by what Traefik counts, and loses no request', async () => {
    errors = 1;
    const rollout = await release([
      { weight: 20, bake: { min: '5s', max: '90s' } },
      { weight: 50, bake: { min: '5s', max: '90s' } },
    ]);
    const result = await rollout.result();
    expect(result, result.cause).toMatchObject({ outcome: 'promoted', verified: true });
    expect(result.steps[0]?.evidence?.map(({ name }) => name)).toEqual(['errors', 'latency']);
    const { stable = 0, canary = 0, '500': ofService = 0, ...lost } = await stop();
    expect([stable > 0, canary > 0, ofService > 0, lost]).toEqual([true, true, true, {}]);
    expect(await stand.share(100)).not.toHaveProperty('canary');
  });

  describe('promote: swap', () => {
    const limit: NonNullable<RolloutSpec['metrics']>[number] = {
      name: 'errors-at-all',
      kind: 'rate',
      source: { type: 'prometheus', preset: 'traefik' },
      max: '10%',
    };
    const swap = (keepStable: string): Promise<FaultyRollout> =>
      release([{ approve: 'switch' }], { promote: 'swap', keepStable, metrics: [limit] });
    const switched = async (rollout: FaultyRollout): Promise<void> => {
      await expect.poll(async () => (await rollout.status()).phase, { timeout: 100_000 }).toBe('waiting');
      expect(await stand.share(100)).not.toHaveProperty('canary');
      await rollout.promote();
      await expect.poll(async () => (await rollout.status()).phase, { timeout: 30_000 }).toBe('keeping');
      await expect.poll(() => stand.share(100), { timeout: 30_000 }).not.toHaveProperty('stable');
    };

    test('gives the canary everything at once and stable everything back, and loses no request', async () => {
      errors = 1;
      const rollout = await swap('5s');
      await switched(rollout);
      const result = await rollout.result();
      expect(result, result.cause).toMatchObject({ outcome: 'promoted', verified: true });
      const { stable = 0, canary = 0, '500': ofService = 0, ...lost } = await stop();
      expect([stable > 0, canary > 0, ofService > 0, lost]).toEqual([true, true, true, {}]);
      expect(await stand.share(100)).not.toHaveProperty('canary');
    });

    test('is undone by an abort, which loses no request', async () => {
      errors = 1;
      const rollout = await swap('1h');
      await switched(rollout);
      const said = performance.now();
      await rollout.abort();
      expect(await rollout.result()).toMatchObject({ outcome: 'aborted', verified: true });
      console.log(
        `from abort to the last request that the canary got: ${String(Math.round(lastOfCanary - said))} ms`,
      );
      const back = performance.now();
      const { stable: _, canary: __, '500': ___, ...lost } = await stop();
      expect(lost).toEqual({});
      await stand.share(100);
      expect(lastOfCanary).toBeLessThan(back);
    });
  });

  test('takes back a version that is worse, and it gets nothing from then on', async () => {
    errors = 20;
    const rollout = await release([{ weight: 20, bake: { min: '1m', max: '2m' } }]);
    const result = await rollout.result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
    expect(result.cause).toMatch(/^errors: /);
    const back = performance.now();
    await stand.share(100);
    expect(lastOfCanary).toBeLessThan(back);
  });

  /** A good version with a fifth of the traffic, before half of it. */
  async function atTheGate(): Promise<FaultyRollout> {
    errors = 1;
    const rollout = await release([
      { weight: 20, bake: { min: '1s', max: '90s' } },
      { approve: 'to half of all' },
      { weight: 50, bake: '5s' },
    ]);
    await expect.poll(async () => (await rollout.status()).phase, { timeout: 100_000 }).toBe('waiting');
    return rollout;
  }

  test('gives a canary nothing again whose file someone deleted to take its traffic away', async () => {
    const rollout = await atTheGate();
    await rm(await file(rollout));
    await expect.poll(() => performance.now() - lastOfCanary, { timeout: 30_000 }).toBeGreaterThan(1000);
    const deleted = performance.now();
    await expect
      .poll(async () => (await rollout.status()).splitNow, { timeout: 60_000 })
      .toEqual({ weight: 0, audience: null });
    await rollout.promote();
    await expect.poll(async () => (await rollout.status()).held, { timeout: 60_000 }).toBe('split-changed');
    expect(lastOfCanary).toBeLessThan(deleted);
    await rollout.abort();
    expect(await rollout.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(lastOfCanary).toBeLessThan(deleted);
  });

  test('takes the canary back as soon as someone edits the file, and keeps the edit', async () => {
    const rollout = await atTheGate();
    const path = await file(rollout);
    const edited = (await readFile(path, 'utf8')).replace('"weight": 2000', '"weight": 9000');
    await writeFile(path, edited);
    const result = await rollout.result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
    expect(result.cause).toContain('was changed by someone else since Coalmine wrote it');
    expect(await readFile(`${path}.changed`, 'utf8')).toBe(edited);
    await rm(`${path}.changed`);
  });
});
