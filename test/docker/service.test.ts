import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Deployer, Effect, Release } from '../../activities/ports.ts';
import type { Track, TrackState } from '../../src/domain/rollout.ts';
import { failureOf } from '../support/failures.ts';
import { docker, makeImages, Shop } from './shop.ts';

const half = { share: 50, baseline: false };

describe.skipIf(inject('noDocker') !== null)('a service in containers', () => {
  let shop: Shop;
  let deployer: Deployer;
  let release: Release;

  beforeAll(makeImages);
  beforeEach(async () => {
    shop = await Shop.create();
    deployer = shop.deployer();
    release = { service: shop.service, version: '2.4.0', stable: '2.3.9' };
  });
  afterEach(() => shop.close());

  const effect = (number: number): Effect => ({
    fence: { epoch: 1000, number },
    signal: new AbortController().signal,
  });
  const check = (track: Track): Promise<TrackState> =>
    deployer.check(release, track, { signal: new AbortController().signal });
  const alive = (track: Track, versions: string[]) =>
    expect.poll(() => check(track), { timeout: 60_000 }).toMatchObject({ alive: true, versions });
  const canaries = async () => (await shop.names()).filter((name) => name.includes('-canary-'));

  test('the canary has the settings of stable, those of its own image, and nothing by which traffic finds stable', async () => {
    await docker('volume', 'create', `${shop.name}-assets`);
    await shop.run('2.3.9', [
      ...['-e', 'GREETING=hello', '-e', 'API_TOKEN=tok-4711', '--memory', '200m', '--cpus', '0.5'],
      ...['--cap-drop', 'NET_RAW', '--restart', 'unless-stopped', '--hostname', 'checkout', '--user', '0:0'],
      ...['--log-opt', 'max-size=1m', '-v', `${shop.name}-assets:/assets:ro`, '-p', '127.0.0.1::8080'],
      ...['--network-alias', 'checkout', '--label', 'traefik.enable=true', '--label', 'team=checkout'],
    ]);
    await deployer.deploy(release, half, effect(1));
    const [name = ''] = await canaries();
    const raw = JSON.parse(await docker('inspect', name)) as [
      { HostConfig: Record<string, unknown>; Config: Record<string, unknown> },
    ];
    const found = await shop.look(name);
    expect(raw[0].HostConfig).toMatchObject({
      Memory: 200 * 1024 ** 2,
      NanoCpus: 500_000_000,
      CapDrop: ['CAP_NET_RAW'],
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Config: { 'max-size': '1m' } },
      PortBindings: {},
    });
    const env = found?.Config.Env.filter((entry) => !entry.startsWith('PATH='));
    expect(env?.sort()).toEqual(['API_TOKEN=tok-4711', 'GREETING=hello', 'TUNING=new', 'VERSION=2.4.0']);
    expect(found?.Config.Labels).toMatchObject({ team: 'checkout', 'traefik.enable': 'false' });
    expect(found?.Config.Hostname).not.toBe('checkout');
    expect(found?.NetworkSettings.Networks[shop.network]?.Aliases ?? []).not.toContain('checkout');
    await alive('canary', ['2.4.0']);
    const { changed = [], addresses, url } = await check('canary');
    expect(addresses).toEqual([`http://${name}:8080`]);
    expect(url).toBe(`http://${name}:8080`);
    expect(changed.join('\n')).toContain(
      'image coalmine-test/shop:2.4.0 in place of coalmine-test/shop:2.3.9',
    );
    expect(changed.join('\n')).not.toMatch(/tok-4711|hello/);
    await deployer.remove(release, effect(2));
    await docker('rm', '-f', shop.name);
    await docker('volume', 'rm', `${shop.name}-assets`);
  });

  test('is not started beside stable where both would write to a volume, unless the spec allows it', async () => {
    const volume = `${shop.name}-orders`;
    await shop.run('2.3.9', ['-v', `${volume}:/orders`]);
    const failure = await failureOf(() => deployer.deploy(release, half, effect(1)));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain(`it would write to ${volume}, as stable does`);
    expect(await canaries()).toEqual([]);
    deployer = shop.deployer(shop.plan({ shared: [volume] }));
    await deployer.deploy(release, half, effect(2));
    await alive('canary', ['2.4.0']);
    await deployer.remove(release, effect(3));
    await docker('rm', '-f', shop.name);
    await docker('volume', 'rm', volume);
  });

  test('is not released where stable is on the network of the host, or is gone once it stops', async () => {
    await shop.run('2.3.9', ['--network', 'host', '-e', 'PORT=0']);
    expect((await failureOf(() => deployer.deploy(release, half, effect(1)))).message).toContain(
      'it would share the network of the host (host)',
    );
    await docker('rm', '-f', shop.name);
    await shop.run('2.3.9', ['--rm']);
    expect((await failureOf(() => deployer.deploy(release, half, effect(2)))).message).toContain(
      'was started with --rm',
    );
    expect(await canaries()).toEqual([]);
  });

  test('is reached on a port of 127.0.0.1 that stays, and asked for its health and its version there', async () => {
    await shop.run('2.3.9', ['-p', '127.0.0.1::8080']);
    deployer = shop.deployer(shop.plan({ address: 'port', health: '/healthz', reports: '/version' }));
    await alive('stable', ['2.3.9']);
    await deployer.deploy(release, { share: 200, baseline: false }, effect(1));
    await alive('canary', ['2.4.0']);
    const { addresses = [], copies } = await check('canary');
    expect(copies).toEqual({ wanted: 2, ready: 2 });
    expect(addresses).toHaveLength(2);
    const [first = ''] = addresses;
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:2\d{4}$/);
    expect((await axios.get<{ version: string }>(first)).data.version).toBe('2.4.0');
    await docker('restart', '-t', '1', ...(await canaries()));
    await alive('canary', ['2.4.0']);
    expect((await check('canary')).addresses).toEqual(addresses);
    await axios.get(`${first}/sick`);
    expect((await check('canary')).notReady).toContain(`answers ${first}/healthz with 503, expected 2xx`);
  });

  test('says a version that is not the one it was made for', async () => {
    await shop.run('2.3.9', ['-e', 'VERSION=mine', '-p', '127.0.0.1::8080']);
    deployer = shop.deployer(shop.plan({ address: 'port', reports: '/version' }));
    await deployer.deploy(release, half, effect(1));
    await expect.poll(() => check('canary'), { timeout: 60_000 }).toMatchObject({ versions: ['mine'] });
  });

  test('keeps what ran before, stopped, until the next promotion', async () => {
    await shop.run('2.3.9', ['--restart', 'always', '-p', '127.0.0.1:0:8080']);
    const before = await shop.look(shop.name);
    await deployer.promote(release, effect(1));
    await alive('stable', ['2.4.0']);
    const kept = await shop.look(`${shop.name}.coalmine-earlier`);
    expect(kept?.Id).toBe(before?.Id);
    expect(kept).toMatchObject({ State: { Running: false }, HostConfig: { RestartPolicy: { Name: 'no' } } });
    expect((await shop.look(shop.name))?.HostConfig.RestartPolicy.Name).toBe('always');
    release = { ...release, version: '2.4.1', stable: '2.4.0' };
    await deployer.promote(release, effect(2));
    await alive('stable', ['2.4.1']);
    expect((await shop.look(`${shop.name}.coalmine-earlier`))?.Config.Image).toBe('coalmine-test/shop:2.4.0');
    expect((await shop.look(shop.name))?.Config.Env).not.toContain('TUNING=new');
  });

  test('has a baseline of the image that stable runs, with the same limits as the canary', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, { share: 100, baseline: true }, effect(1));
    await alive('baseline', ['2.3.9']);
    const names = await shop.names();
    const found = await Promise.all(
      ['canary', 'baseline'].map((track) =>
        shop.look(names.find((name) => name.includes(`-${track}-`)) ?? ''),
      ),
    );
    expect(found[0]?.HostConfig.Memory).toBeGreaterThan(0);
    expect(found[1]?.HostConfig.Memory).toBe(found[0]?.HostConfig.Memory);
    expect(found[1]?.Image).toBe((await shop.look(shop.name))?.Image);
  });

  test('of compose stays what it is: `up` finds the promoted version and leaves it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coalmine-compose-'));
    const compose = (...args: string[]) =>
      docker('compose', '-p', shop.name, '-f', join(folder, 'compose.yaml'), ...args);
    try {
      const file = {
        services: { web: { image: 'coalmine-test/shop:2.3.9', scale: 2, environment: { GREETING: 'hi' } } },
      };
      await writeFile(join(folder, 'compose.yaml'), JSON.stringify(file));
      await compose('up', '-d', '--wait');
      deployer = shop.deployer(shop.plan({ container: `${shop.name}/web` }));
      await alive('stable', ['2.3.9']);
      await deployer.deploy(release, half, effect(1));
      await alive('canary', ['2.4.0']);
      // Compose takes no canary for one of its own.
      expect((await compose('ps', '-q')).split('\n')).toHaveLength(2);
      await deployer.promote(release, effect(2));
      await deployer.remove(release, effect(3));
      await alive('stable', ['2.4.0']);

      const ids = await compose('ps', '-a', '-q');
      await compose('up', '-d', '--wait');
      expect(await compose('ps', '-a', '-q')).toBe(ids);
      await alive('stable', ['2.4.0']);

      file.services.web.image = 'coalmine-test/shop:2.4.0';
      await writeFile(join(folder, 'compose.yaml'), JSON.stringify(file));
      await compose('up', '-d', '--wait');
      await alive('stable', ['2.4.0']);
      expect(await check('stable')).toMatchObject({ copies: { wanted: 2, ready: 2 } });
    } finally {
      await compose('down', '-t', '1');
      await rm(folder, { recursive: true });
    }
  });
});
