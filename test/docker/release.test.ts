/** Whole rollouts of containers behind a real Traefik, with users on it all the time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { faultyRollouts, type FaultyRollout } from '../faults/rollouts.ts';
import { skipped, Stand, usersOwn } from '../traffic/stand.ts';
import { docker, makeImages, Shop } from './shop.ts';

const answers = { old: '{"version":"2.3.9","greeting":""}', new: '{"version":"2.4.0","greeting":""}' };

describe.skipIf(inject('noDocker') !== null || skipped)('a release of containers behind Traefik', () => {
  let stand: Stand;
  let shop: Shop;
  let port: number;
  let stop: () => Promise<Record<string, number>>;

  beforeAll(async () => {
    await makeImages();
    port = await anyFreePort();
    stand = await Stand.start(() => usersOwn(`http://127.0.0.1:${String(port)}`));
  });
  afterAll(() => stand.close());

  beforeEach(async () => {
    shop = await Shop.create();
    await shop.run('2.3.9', ['-p', `127.0.0.1:${String(port)}:8080`, '--restart', 'unless-stopped']);
    await expect
      .poll(async () => (await shop.look(shop.name))?.State.Health?.Status, { timeout: 60_000 })
      .toBe('healthy');
    let isOver = false;
    const users = stand.shareUntil(() => isOver);
    stop = () => {
      isOver = true;
      return users;
    };
  });
  afterEach(async () => {
    await stop();
    await shop.close();
  });

  const start = faultyRollouts(() => ({
    COALMINE_ALLOW_DIRECTORIES: stand.directory,
    COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock',
  }));

  const release = (other: Partial<RolloutSpec>): Promise<FaultyRollout> =>
    start(() => null, {
      service: shop.name,
      version: '2.4.0',
      target: {
        type: 'docker',
        image: shop.image,
        port: 8080,
        address: 'port',
        health: '/healthz',
        ready: '2m',
        drain: '2s',
      },
      traffic: { type: 'traefik', directory: stand.directory, api: stand.api, router: 'checkout@file' },
      steps: [
        { weight: 20, bake: '3s' },
        { weight: 50, bake: '3s' },
      ],
      ...other,
    });

  test('promotes it, and loses no request', async () => {
    const rollout = await release({});
    const result = await rollout.result();
    expect(result, result.cause).toMatchObject({ outcome: 'promoted', verified: true });
    expect(Object.keys(await stand.share(100))).toEqual([answers.new]);
    const { [answers.old]: old = 0, [answers.new]: fresh = 0, ...lost } = await stop();
    expect([old > 0, fresh > 0, lost]).toEqual([true, true, {}]);
    expect(await shop.names()).toEqual([shop.name, `${shop.name}.coalmine-earlier`]);
  });

  test('takes it back at an abort, and loses no request', async () => {
    const rollout = await release({ steps: [{ weight: 50, bake: '10m' }] });
    await expect
      .poll(async () => Object.keys(await stand.share(20)), { timeout: 100_000 })
      .toContain(answers.new);
    await expect.poll(async () => (await rollout.status()).phase, { timeout: 100_000 }).toBe('baking');
    await expect
      .poll(async () => (await rollout.status()).doing, { timeout: 20_000 })
      .toContain('Baking at 50%');
    await rollout.abort();
    const result = await rollout.result();
    expect(result, result.cause).toMatchObject({ outcome: 'aborted', verified: true });
    expect(Object.keys(await stand.share(100))).toEqual([answers.old]);
    const { [answers.old]: old = 0, [answers.new]: fresh = 0, ...lost } = await stop();
    expect([old > 0, fresh > 0, lost]).toEqual([true, true, {}]);
    expect(await shop.names()).toEqual([shop.name]);
  });

  test('takes nothing back to a stable that is down, says so, and goes on once it is up', async () => {
    const rollout = await release({ steps: [{ weight: 20, bake: '10m' }] });
    const held = async () => (await rollout.status()).held;
    await expect.poll(async () => (await rollout.status()).phase, { timeout: 100_000 }).toBe('baking');
    await docker('kill', shop.name);
    await expect.poll(held, { timeout: 60_000 }).toBe('stable-down');
    expect((await rollout.status()).doing).toContain('stable 2.3.9 is down: no copy of it answers');
    expect(await shop.names()).toContain(`${shop.name}-canary-1`);
    await docker('start', shop.name);
    await expect.poll(held, { timeout: 100_000 }).toBeUndefined();
    await rollout.abort();
    expect(await rollout.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(await shop.names()).toEqual([shop.name]);
  });

  test('swaps it, and loses no request', async () => {
    const rollout = await release({
      promote: 'swap',
      keepStable: '5s',
      steps: [{ audience: { header: { name: 'x-tester', value: 'yes' } }, bake: '2s' }],
    });
    const result = await rollout.result();
    expect(result, result.cause).toMatchObject({ outcome: 'promoted', verified: true });
    const { [answers.old]: old = 0, [answers.new]: fresh = 0, ...lost } = await stop();
    expect([old > 0, fresh > 0, lost]).toEqual([true, true, {}]);
    expect(await shop.names()).toEqual([shop.name, `${shop.name}.coalmine-earlier`]);
  });
});
