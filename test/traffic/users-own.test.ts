import { afterEach, describe, expect, test } from 'vitest';
import type { Split } from '../../src/domain/rollout.ts';
import { failureOf } from '../support/failures.ts';
import { skipped, Stand, usersOwn } from './stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();
const effect = { fence: { epoch: 1000, number: 1 }, signal };
const half: Split = { weight: 50, audience: null };

describe.skipIf(skipped)("a user's own configuration of Traefik", () => {
  let stand: Stand;
  afterEach(() => stand.close());

  async function split(
    how: Split,
    more: Parameters<Stand['traffic']>[0] = {},
    service = 'checkout',
  ): Promise<void> {
    const traffic = stand.traffic(more);
    await traffic.split({ ...release, service }, how, stand.backends, effect);
    expect(await traffic.read({ ...release, service }, { signal })).toMatchObject(how);
  }

  test('keeps its middlewares, each of which acts once, and those of its entry points', async () => {
    stand = await Stand.start(
      (stable) => ({
        ...usersOwn(stable),
        routers: {
          checkout: {
            rule: 'Host(`shop.test`)',
            service: 'checkout',
            entryPoints: ['web'],
            middlewares: ['own'],
          },
        },
        middlewares: { own: { addPrefix: { prefix: '/own' } }, all: { addPrefix: { prefix: '/all' } } },
      }),
      ['--providers.providersThrottleDuration=100ms', '--entrypoints.web.http.middlewares=all@file'],
    );
    stand.answer = (track) => (request, response) => response.end(`${track} ${String(request.url)}`);
    expect(await stand.ask({ path: '/x' })).toBe('stable /own/all/x');
    await split(half);
    expect(await stand.share(10, { path: '/x' })).toEqual({ 'stable /own/all/x': 5, 'canary /own/all/x': 5 });
  });

  test('keeps its other routers, before and behind the one that is split', async () => {
    stand = await Stand.start((stable) => ({
      ...usersOwn(stable),
      routers: {
        checkout: { rule: 'Host(`shop.test`)', service: 'checkout', entryPoints: ['web'], priority: 10 },
        admin: {
          rule: 'Host(`shop.test`) && PathPrefix(`/admin`)',
          service: 'admin',
          entryPoints: ['web'],
          priority: 12,
        },
        rest: { rule: 'PathPrefix(`/`)', service: 'admin', entryPoints: ['web'], priority: 1 },
      },
      services: {
        checkout: { loadBalancer: { servers: [{ url: stable }] } },
        admin: { loadBalancer: { servers: [{ url: `${stable}/` }] } },
      },
    }));
    await split({ weight: 100, audience: null });
    expect(await stand.share(20)).toEqual({ canary: 20 });
    expect(await stand.share(20, { path: '/admin' })).toEqual({ stable: 20 });
    expect(await stand.share(20, { host: 'other.test' })).toEqual({ stable: 20 });
  });

  test('has every router split that sends to the service, whatever they are called', async () => {
    stand = await Stand.start((stable) => ({
      ...usersOwn(stable),
      routers: {
        a: { rule: 'Host(`shop.test`)', service: 'checkout', entryPoints: ['web'] },
        b: { rule: 'Host(`www.shop.test`)', service: 'checkout@file', entryPoints: ['web'] },
      },
    }));
    await split(half);
    expect(await stand.share(10)).toEqual({ stable: 5, canary: 5 });
    expect(await stand.share(10, { host: 'www.shop.test' })).toEqual({ stable: 5, canary: 5 });
  });

  test('has one router split alone, if the spec names it', async () => {
    stand = await Stand.start((stable) => ({
      ...usersOwn(stable),
      routers: {
        a: { rule: 'Host(`shop.test`)', service: 'checkout', entryPoints: ['web'] },
        b: { rule: 'Host(`www.shop.test`)', service: 'checkout', entryPoints: ['web'] },
      },
    }));
    await split(half, { router: 'b@file' });
    expect(await stand.share(10)).toEqual({ stable: 10 });
    expect(await stand.share(10, { host: 'www.shop.test' })).toEqual({ stable: 5, canary: 5 });
  });

  test('may be for a service with a path as its name', async () => {
    stand = await Stand.start();
    await split(half, { router: 'checkout@file' }, 'staging/checkout.v1');
    expect(await stand.share(10)).toEqual({ stable: 5, canary: 5 });
  });

  test('keeps each user on one version with a sticky cookie, and shares anew at the next weight', async () => {
    stand = await Stand.start();
    const traffic = stand.traffic({ sticky: { cookie: 'shop' } });
    await traffic.split(release, half, stand.backends, effect);
    expect(await traffic.read(release, { signal })).toMatchObject({ ...half, splitBy: 'user' });
    const cookies = await stand.cookies(10);
    for (const { cookie, track } of cookies)
      expect(await stand.share(5, { headers: { cookie } })).toEqual({ [track]: 5 });
    const next = { ...effect, fence: { epoch: 1000, number: 2 } };
    await traffic.split(release, { weight: 100, audience: null }, stand.backends, next);
    await traffic.read(release, { signal });
    for (const { cookie } of cookies)
      expect(await stand.share(2, { headers: { cookie } })).toEqual({ canary: 2 });
  });

  test.each([
    [
      'no router of the name',
      { routers: { shop: { rule: 'Host(`shop.test`)', service: 'shop' } } },
      {},
      'TargetUnavailable',
      'has no router that sends to a service checkout, and none of that name; name yours in traffic.router, such as checkout@docker',
    ],
    [
      'no router that the spec names',
      { routers: { checkout: { rule: 'Host(`shop.test`)', service: 'shop' } } },
      { router: 'till@docker' },
      'TargetUnavailable',
      'has no router till@docker; correct traffic.router, or start what defines it',
    ],
    [
      'a router that Traefik itself refuses',
      { routers: { checkout: { rule: 'Host(`shop.test`)', service: 'checkout' } } },
      {},
      'TargetUnavailable',
      'the router checkout@file is disabled in Traefik (the service "checkout@file" does not exist); fix it first',
    ],
  ])('is refused with a sentence where there is %s', async (_, own, more, type, sentence) => {
    stand = await Stand.start((stable) => ({
      services: { shop: { loadBalancer: { servers: [{ url: stable }] } } },
      ...own,
    }));
    const failure = await failureOf(() => stand.traffic(more).split(release, half, stand.backends, effect));
    expect(failure).toMatchObject({ type });
    expect(failure.message).toContain(sentence);
  });

  test('is not split without the address of a copy', async () => {
    stand = await Stand.start();
    const nowhere = { canary: [], baseline: [] };
    const failure = await failureOf(() => stand.traffic().split(release, half, nowhere, effect));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('the target tells no address of the canary');
  });
});
