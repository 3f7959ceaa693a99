import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Deployer, Effect, Release } from '../../activities/ports.ts';
import type { Track, TrackState } from '../../src/domain/rollout.ts';
import type { DockerTarget } from '../../src/spec/docker.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { failureOf } from '../support/failures.ts';
import { docker, makeImages, Shop } from './shop.ts';

const half = { share: 50, baseline: false };

describe.skipIf(inject('noDocker') !== null)('the target docker', () => {
  let shop: Shop;
  let deployer: Deployer;
  let release: Release;
  let tagged: string[];

  beforeAll(makeImages);
  beforeEach(async () => {
    shop = await Shop.create();
    deployer = shop.deployer();
    release = { service: shop.service, version: '2.4.0', stable: '2.3.9' };
    tagged = [];
  });
  afterEach(async () => {
    await shop.close();
    if (tagged.length > 0) await docker('rmi', '-f', ...tagged).catch(() => undefined);
  });

  const effect = (number: number, epoch = 1000, signal = new AbortController().signal): Effect => ({
    fence: { epoch, number },
    signal,
  });
  const check = (track: Track, of = deployer): Promise<TrackState> =>
    of.check(release, track, { signal: new AbortController().signal });
  const alive = (track: Track, versions: string[], of = deployer) =>
    expect.poll(() => check(track, of), { timeout: 60_000 }).toMatchObject({ alive: true, versions });
  const names = async (track: string) => (await shop.names()).filter((name) => name.includes(`-${track}-`));

  async function canary(): Promise<string> {
    const [name = ''] = await names('canary');
    return name;
  }

  /** An image of its own, of a version of the shop. */
  async function imageOf(version: string, as = version): Promise<DockerTarget['image']> {
    const repository = `coalmine-test/${shop.name}`;
    await docker('tag', `coalmine-test/shop:${version}`, `${repository}:${as}`);
    tagged.push(`${repository}:${as}`);
    return `${repository}:$version`;
  }

  test('leaves a container alone that has the name of the canary, and says so', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(1));
    const name = await canary();
    await deployer.remove(release, effect(2));
    await docker('run', '-d', '--name', name, 'coalmine-test/shop:2.3.9');
    const before = await shop.look(name);
    const failure = await failureOf(() => deployer.deploy(release, half, effect(3)));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain(
      `a container of this name is there that Coalmine has not made; rename it (docker rename ${name}`,
    );
    expect((await shop.look(name))?.Id).toBe(before?.Id);
  });

  test('says that a killed canary does not run, and starts it at the next deploy', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(1));
    await alive('canary', ['2.4.0']);
    await docker('kill', await canary());
    expect(await check('canary')).toMatchObject({
      alive: false,
      versions: ['2.4.0'],
      failed: expect.stringContaining('does not run: it ended with code 137') as string,
    });
    await deployer.deploy(release, half, effect(2));
    await alive('canary', ['2.4.0']);
  });

  test('says that a canary ran out of memory, and of how much', async () => {
    await shop.run('2.3.9', ['--memory', '160m', '--memory-swap', '160m']);
    release.version = 'eats';
    await deployer.deploy(release, half, effect(1));
    await expect
      .poll(async () => (await check('canary')).failed, { timeout: 60_000 })
      .toContain('was killed because it ran out of memory (its limit is 160 MiB)');
  });

  test('says that a canary fails its health check later on', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(1));
    await alive('canary', ['2.4.0']);
    await docker('exec', await canary(), 'node', '-e', "fetch('http://127.0.0.1:8080/sick')");
    await expect
      .poll(() => check('canary'), { timeout: 60_000 })
      .toMatchObject({
        alive: false,
        failed: expect.stringMatching(
          /fails its health check: code 1, healthz answered 503; its last lines|fails its health check: code 1, healthz answered 503/,
        ) as string,
      });
  });

  test('says that a paused canary is paused', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(1));
    await alive('canary', ['2.4.0']);
    await docker('pause', await canary());
    expect(await check('canary')).toMatchObject({
      alive: false,
      notReady: expect.stringContaining('is paused') as string,
    });
  });

  test('shows the last lines of a canary that ends at once, without credentials', async () => {
    await shop.run('2.3.9', ['-e', 'API_TOKEN=tok-4711-abcdef']);
    release.version = 'exits';
    await deployer.deploy(release, half, effect(1));
    await expect
      .poll(async () => (await check('canary')).failed, { timeout: 60_000 })
      .toMatch(
        /does not run: it ended with code 3; its last lines: no database at db:5432, and the token is \*\*\*/,
      );
  });

  test('says where a version has no image', async () => {
    await shop.run('2.3.9');
    release.version = '9.9.9';
    deployer = shop.deployer(shop.plan({ image: '127.0.0.1:1/shop:$version' }));
    const failure = await failureOf(() => deployer.deploy(release, half, effect(1)));
    expect(failure.message).toContain('pull 127.0.0.1:1/shop:9.9.9: the Docker engine at');
    expect(await names('canary')).toEqual([]);
  });

  test('promotes the image that the canary runs, though its name is gone or another one by then', async () => {
    await shop.run('2.3.9');
    deployer = shop.deployer(shop.plan({ image: await imageOf('2.4.0') }));
    await deployer.deploy(release, half, effect(1));
    await alive('canary', ['2.4.0']);
    const ran = (await shop.look(await canary()))?.Image;
    await docker('rmi', '-f', `coalmine-test/${shop.name}:2.4.0`);
    await deployer.promote(release, effect(2));
    await alive('stable', ['2.4.0']);
    expect((await shop.look(shop.name))?.Image).toBe(ran);

    release = { ...release, version: '2.4.1', stable: '2.4.0' };
    await imageOf('2.4.1');
    await deployer.deploy(release, half, effect(3));
    const runs = (await shop.look(await canary()))?.Image;
    await imageOf('sick', '2.4.1');
    await deployer.deploy(release, { share: 100, baseline: false }, effect(4));
    await deployer.promote(release, effect(5));
    expect((await shop.look(shop.name))?.Image).toBe(runs);
    expect((await shop.look(await canary()))?.Image).toBe(runs);
  });

  test('comes to the same end where two attempts of an effect are made at once', async () => {
    await shop.run('2.3.9');
    const twice = async (act: (effect: Effect) => Promise<void>, number: number): Promise<void> => {
      const ends = await Promise.allSettled([act(effect(number)), act(effect(number))]);
      for (const end of ends)
        if (end.status === 'rejected') expect(end.reason).toMatchObject({ nonRetryable: false });
      // Temporal repeats what failed so.
      await act(effect(number));
    };
    await twice((order) => deployer.deploy(release, { share: 100, baseline: true }, order), 1);
    await alive('canary', ['2.4.0']);
    await alive('baseline', ['2.3.9']);
    await twice((order) => deployer.promote(release, order), 2);
    await alive('stable', ['2.4.0']);
    await twice((order) => deployer.remove(release, order), 3);
    expect(await shop.names()).toEqual([shop.name, `${shop.name}.coalmine-earlier`]);
  });

  test('refuses an older effect where a newer one has made something', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(4));
    for (const late of [
      () => deployer.deploy(release, half, effect(3)),
      () => deployer.promote(release, effect(2)),
      () => deployer.remove(release, effect(9, 999)),
    ])
      expect(await failureOf(late)).toMatchObject({ type: 'Overtaken', nonRetryable: true });
    await alive('canary', ['2.4.0']);
    await alive('stable', ['2.3.9']);
  });

  test('puts every copy back where the new version does not get healthy as stable', async () => {
    await shop.run('2.3.9', ['--restart', 'unless-stopped', '--network-alias', 'checkout']);
    deployer = shop.deployer(shop.plan({ image: await imageOf('sick', '2.4.0') }));
    const failure = await failureOf(() => deployer.promote(release, effect(1)));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toMatch(/fails its health check.*; every copy of stable runs what it ran before/);
    await alive('stable', ['2.3.9']);
    expect(await shop.names()).toEqual([shop.name]);
    expect((await shop.look(shop.name))?.HostConfig.RestartPolicy.Name).toBe('unless-stopped');
  });

  /**
   * Promotes one version and then the other, again and again, each time twice: the first attempt is killed after one request
   * more than the time before, until one gets to its end.
   *
   * @param meanwhile what happens between the two attempts
   * @param look at what the second one has left; `cut` says where the first was killed
   */
  async function promoteKilled(
    meanwhile: () => Promise<void>,
    look: (cut: string) => Promise<void>,
  ): Promise<void> {
    const versions = ['2.4.0', '2.3.9'];
    let requests = 1;
    for (let isCut = true; isCut; requests += 1) {
      const [version = '', stable = ''] = requests % 2 === 0 ? versions : [...versions].reverse();
      release = { ...release, version, stable };
      const killed = new AbortController();
      shop.door.after(requests, () => {
        killed.abort(new Error('killed'));
      });
      isCut = false;
      await deployer.promote(release, effect(requests, 1000, killed.signal)).catch((error: unknown) => {
        expect(String(error)).toContain('killed');
        isCut = true;
      });
      await meanwhile();
      await deployer.promote(release, effect(requests));
      await alive('stable', [version]);
      await look(`cut at request ${String(requests)}`);
    }
    expect(requests).toBeGreaterThan(5);
  }

  test('goes on with a promotion wherever an attempt was killed', async () => {
    await shop.run('2.3.9', ['-e', 'GREETING=hello', '--network-alias', 'checkout', '-p', '127.0.0.1::8080']);
    await promoteKilled(
      async () => {},
      async (cut) => {
        expect(await shop.names(), cut).toEqual([shop.name, `${shop.name}.coalmine-earlier`]);
        const found = await shop.look(shop.name);
        expect(found?.Config.Env).toContain('GREETING=hello');
        expect(found?.NetworkSettings.Networks[shop.network]?.Aliases).toContain('checkout');
        expect(Object.keys(found?.HostConfig.PortBindings ?? {})).toEqual(['8080/tcp']);
      },
    );
  });

  /** As an engine does that starts: what is to run always does, also what somebody had stopped; here the earlier first. */
  async function restartedByEngine(): Promise<void> {
    for (const name of (await shop.names()).reverse())
      if ((await shop.look(name))?.HostConfig.RestartPolicy.Name === 'always')
        await docker('start', name).catch(() => undefined);
  }

  test('goes on with a promotion where the engine has started again what was stopped', async () => {
    const port = String(await anyFreePort());
    await shop.run('2.3.9', ['-p', `127.0.0.1:${port}:8080`, '--restart', 'always']);
    await promoteKilled(restartedByEngine, async (cut) => {
      expect(await shop.running('beside'), cut).toEqual([]);
    });
  });

  test('puts stable back where a release is taken back in the middle of a promotion', async () => {
    await shop.run('2.3.9');
    await deployer.deploy(release, half, effect(1));
    await docker('stop', '-t', '1', shop.name);
    await docker('rename', shop.name, `${shop.name}.coalmine-earlier`);
    await deployer.remove(release, effect(2));
    await alive('stable', ['2.3.9']);
    expect(await shop.names()).toEqual([shop.name]);
  });
});
