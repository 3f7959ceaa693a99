import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpDeployer } from '../../../activities/deployers/http.ts';
import { runsOnly } from '../../../src/domain/rollout.ts';
import { failureOf } from '../../support/failures.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { startContractTarget, type ContractTarget } from '../../support/contract-target.ts';

const grants = grantsOf(() => 'hush');
const release = { service: 'staging/checkout', version: '2.4.0', stable: '2.3.9' };
const effect = { fence: { epoch: 1764000000000, number: 3 }, signal: new AbortController().signal };
const fixed = { type: 'http', headers: {}, ready: 60_000, drain: 5_000 } as const;

describe('a target by HTTP', () => {
  let target: ContractTarget;

  beforeEach(async () => {
    target = await startContractTarget(release.stable);
  });
  afterEach(() => target.close());

  test('sends the calls as docs/http-contract.md has them', async () => {
    const headers = { 'x-team': 'shop', authorization: { secret: 'TOKEN' } };
    const deployer = connected(httpDeployer, { ...fixed, url: `${target.url}?key=1`, headers }, grants);
    await deployer.deploy(release, { share: 5, baseline: false }, effect);
    await deployer.check(release, 'canary', effect);
    await deployer.promote(release, effect);
    await deployer.remove(release, effect);

    expect(deployer.can).toEqual({ check: true, promote: true, remove: true });
    const common = { ...release, fence: effect.fence };
    expect(target.arrived.map(({ method, body }) => [method, body])).toEqual([
      ['POST', { call: 'deploy', ...common, scope: 'canary', share: 5 }],
      ['GET', undefined],
      ['POST', { call: 'promote', ...common, scope: 'all' }],
      ['POST', { call: 'remove', ...common, scope: 'canary' }],
    ]);
    const asked = new URL(target.arrived[1]?.url ?? '', target.url).searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      key: '1',
      call: 'check',
      service: 'staging/checkout',
      version: '2.4.0',
      track: 'canary',
    });
    for (const { headers } of target.arrived) {
      expect(headers).toMatchObject({ authorization: 'hush', 'x-team': 'shop' });
    }
  });

  test('tells what the canary is to have of capacity', async () => {
    const deployer = connected(httpDeployer, { ...fixed, url: target.url }, grants);
    await deployer.deploy(release, { share: 5, baseline: false }, effect);
    await deployer.deploy(
      release,
      { share: 12.5, baseline: false },
      { ...effect, fence: { ...effect.fence, number: 4 } },
    );
    expect(target.share()).toBe(12.5);
  });

  test.each([
    [
      'versions',
      { versions: Array.from({ length: 101 }, (_, at) => String(at)) },
      'versions: Too big: expected array to have <=100 items',
    ],
    ['text in a version', { versions: ['v'.repeat(201)] }, 'versions[0]: Too big'],
    [
      'text in a URL',
      { url: `http://127.0.0.1/${'x'.repeat(2_000)}` },
      'url: Too big: expected string to have <=2000 characters',
    ],
    ['text in failed', { failed: 'x'.repeat(1_001) }, 'failed: Too big'],
  ])('believes no state with too many or too much: %s', async (_, other, problem) => {
    target.answer((_, response) =>
      response.end(JSON.stringify({ alive: true, versions: ['2.4.0'], ...other })),
    );
    const deployer = connected(httpDeployer, { ...fixed, url: target.url }, grants);
    const failure = await failureOf(() => deployer.check(release, 'canary', effect));
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain(problem);
    expect(failure.message.length).toBeLessThan(1_000);
  });

  test('sends each call to its own URL, and the rest to the one for all', async () => {
    const deployer = connected(
      httpDeployer,
      { ...fixed, url: target.url, check: `${target.url}/state`, remove: `${target.url}/gone` },
      grants,
    );
    await deployer.deploy(release, { share: 5, baseline: false }, effect);
    await deployer.check(release, 'stable', effect);
    await deployer.promote(release, effect);
    await deployer.remove(release, effect);
    expect(target.arrived.map(({ url }) => url.split('?')[0])).toEqual([
      '/coalmine',
      '/coalmine/state',
      '/coalmine',
      '/coalmine/gone',
    ]);
  });

  test('fills version and service into path and query, and never into another path', async () => {
    const url = `${target.url}/$service?image=shop:$version&other=$other`;
    const deployer = connected(httpDeployer, { ...fixed, url: target.url, deploy: url }, grants);
    await deployer.deploy({ ...release, version: '2.4.0+b 1' }, { share: 5, baseline: false }, effect);
    expect(target.arrived[0]?.url).toBe('/coalmine/staging%2Fcheckout?image=shop:2.4.0%2Bb%201&other=$other');
    const away = connected(
      httpDeployer,
      { ...fixed, url: target.url, deploy: `${target.url}/$version/go` },
      grants,
    );
    const failure = await failureOf(() =>
      away.deploy({ ...release, version: '..' }, { share: 5, baseline: false }, effect),
    );
    expect(failure).toMatchObject({ nonRetryable: true });
    expect(failure.message).toContain('would lead to another path');
  });

  test('puts the earlier version back at an address that names the version', async () => {
    const deployer = connected(
      httpDeployer,
      { ...fixed, deploy: `${target.url}?tag=$version`, check: target.url },
      grants,
    );
    await deployer.remove(release, effect);
    expect(target.arrived[0]).toMatchObject({ url: '/coalmine?tag=2.3.9', body: { version: '2.3.9' } });
  });

  test('is asked until as many copies are ready as are wanted', async () => {
    target.answer((_, response) =>
      response.end('{"alive":true,"versions":["2.4.0"],"copies":{"wanted":3,"ready":2}}'),
    );
    const deployer = connected(httpDeployer, { ...fixed, url: target.url }, grants);
    const found = await deployer.check(release, 'canary', effect);
    expect(found).toMatchObject({ copies: { wanted: 3, ready: 2 } });
    expect(runsOnly('2.4.0', found)).toBe(false);
    expect(runsOnly('2.4.0', { ...found, copies: { wanted: 2, ready: 2 } })).toBe(true);
  });

  test.each([
    [
      '{"alive":"yes","versions":["1"]}',
      'alive: Invalid input: expected boolean, received string, found "yes"',
    ],
    ['{"alive":true}', 'versions: Invalid input: expected array, received undefined'],
    [
      '{"alive":true,"versions":["1",2]}',
      'versions[1]: Invalid input: expected string, received number, found 2',
    ],
    ['{"alive":true,"versions":[],"url":"ftp://x"}', 'url: Invalid URL, found "ftp://x"'],
    ['[]', 'the whole: Invalid input: expected object, received array, found []'],
    ['null', 'the whole: Invalid input: expected object, received null, found null'],
    ['<html>\n  <b>busy</b>', 'with no JSON: <html> <b>busy</b>'],
    ['', 'with nothing, expected JSON'],
  ])('says what is wrong with the state %j', async (answer, problem) => {
    target.answer((_, response) => response.end(answer));
    const deployer = connected(httpDeployer, { ...fixed, url: target.url }, grants);
    const failure = await failureOf(() => deployer.check(release, 'canary', effect));
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain(`check canary: GET ${target.url} answered 200, but ${problem};`);
  });

  test('takes members that it does not know for what they are: none of its business', async () => {
    target.answer((_, response) => response.end('{"alive":true,"versions":["1"],"pods":3}'));
    const state = await connected(httpDeployer, { ...fixed, url: target.url }, grants).check(
      release,
      'stable',
      effect,
    );
    expect(state).toEqual({ alive: true, versions: ['1'], fence: false });
  });
});

describe('a target of one URL that can only be posted to', () => {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.method === 'POST' && request.url === '/app') bodies.push(body);
      response.writeHead(request.url === '/app' ? 204 : 404).end();
    });
  });
  const goldfinch = { service: 'goldfinch', version: 'canary', stable: 'v1' };
  const { fence } = effect;

  beforeEach(async () => {
    bodies.length = 0;
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });

  const deployer = () => {
    const { port } = server.address() as AddressInfo;
    return connected(httpDeployer, { ...fixed, deploy: `http://127.0.0.1:${String(port)}/app` }, grants);
  };

  test('can neither be checked nor be told to promote or remove', () => {
    expect(deployer().can).toEqual({ check: false, promote: false, remove: false });
  });

  test('gets the canary, then the same version for all', async () => {
    await deployer().deploy(goldfinch, { share: 1, baseline: false }, effect);
    await deployer().promote(goldfinch, effect);
    expect(bodies).toEqual([
      { call: 'deploy', ...goldfinch, scope: 'canary', share: 1, fence },
      { call: 'deploy', ...goldfinch, scope: 'all', fence },
    ]);
  });

  test('gets the stable version for all when the canary is taken back', async () => {
    await deployer().remove(goldfinch, effect);
    expect(bodies).toEqual([
      { call: 'deploy', service: 'goldfinch', version: 'v1', stable: 'v1', scope: 'all', fence },
    ]);
  });

  test('needs a person when nobody knows what ran before', async () => {
    const failure = await failureOf(() => deployer().remove({ ...goldfinch, stable: null }, effect));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('a person has to put it back: deploy the earlier version of goldfinch');
    expect(bodies).toEqual([]);
  });

  test('says which URL is missing when it is asked what it cannot answer', async () => {
    const failure = await failureOf(() => deployer().check(goldfinch, 'stable', effect));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('give target.check, or target.url');
  });
});
