import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpTraffic } from '../../../activities/traffic/http.ts';
import { failureOf } from '../../support/failures.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { startContractTarget, type ContractTarget } from '../../support/contract-target.ts';

const grants = grantsOf(() => 'hush');
const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const backends = { canary: [], baseline: [] };
const effect = { fence: { epoch: 1764000000000, number: 3 }, signal: new AbortController().signal };

describe('a splitter by HTTP', () => {
  let target: ContractTarget;

  beforeEach(async () => {
    target = await startContractTarget(release.stable);
  });
  afterEach(() => target.close());

  test('sends the calls as docs/http-contract.md has them', async () => {
    const traffic = connected(httpTraffic, { type: 'http', url: target.url, headers: {} }, grants);
    await traffic.split(release, { weight: 5, audience: { path: '/beta' } }, backends, effect);
    await traffic.read(release, effect);
    expect(traffic.can).toEqual({ split: true, read: true });
    expect(target.arrived.map(({ body }) => body)).toEqual([
      { call: 'split', ...release, weight: 5, audience: { path: '/beta' }, fence: effect.fence },
      undefined,
    ]);
    expect(target.arrived[1]?.url).toBe('/coalmine?call=read&service=checkout&version=2.4.0');
  });

  test('cannot be read without a URL for it', async () => {
    const traffic = connected(httpTraffic, { type: 'http', split: target.url, headers: {} }, grants);
    expect(traffic.can).toEqual({ split: true, read: false });
    await traffic.split(release, { weight: 5, audience: null }, backends, effect);
    expect(target.split()).toEqual({ weight: 5, audience: null });
  });

  test('takes a split without an audience for one that has none', async () => {
    target.answer((_, response) => response.end('{"weight":5}'));
    const traffic = connected(httpTraffic, { type: 'http', url: target.url, headers: {} }, grants);
    expect(await traffic.read(release, effect)).toEqual({ weight: 5, audience: null });
  });

  test.each([
    ['{"weight":7.000000000000001}', { weight: 7, audience: null }],
    ['{"weight":"7","baseline":"7.0"}', { weight: 7, audience: null, baseline: 7 }],
    ['{"weight":100.00000000000001}', { weight: 100, audience: null }],
    ['{"weight":-1e-14}', { weight: 0, audience: null }],
    ['{"weight":33,"granularity":1}', { weight: 33, audience: null, granularity: 1 }],
    ['{"weight":5,"splitBy":"user"}', { weight: 5, audience: null, splitBy: 'user' }],
  ])('reads %j', async (answer, expected) => {
    target.answer((_, response) => response.end(answer));
    const traffic = connected(httpTraffic, { type: 'http', url: target.url, headers: {} }, grants);
    expect(await traffic.read(release, effect)).toEqual(expected);
  });

  test.each([
    ['{"weight":"7%"}', 'weight: expected a number from 0 to 100, found "7%"'],
    ['{"weight":-1}', 'weight: expected a number from 0 to 100, found -1'],
    ['{"weight":7,"granularity":0}', 'granularity: Too small: expected number to be >0, found 0'],
    [
      '{"weight":7,"granularity":"1"}',
      'granularity: Invalid input: expected number, received string, found "1"',
    ],
    ['{"weight":101,"audience":null}', 'weight: expected a number from 0 to 100, found 101'],
    ['{"weight":5,"splitBy":"cookie"}', 'splitBy: Invalid option'],
    ['{"audience":null}', 'weight: expected a number from 0 to 100'],
    ['{"weight":0,"audience":{"country":"NZ"}}', 'audience: Unrecognized key: "country"'],
    [
      JSON.stringify({ weight: 0, audience: { cookie: { name: 'a', value: 'x'.repeat(501) } } }),
      'audience.cookie.value: Too big: expected string to have <=500 characters',
    ],
  ])('believes no split such as %j', async (answer, problem) => {
    target.answer((_, response) => response.end(answer));
    const traffic = connected(httpTraffic, { type: 'http', url: target.url, headers: {} }, grants);
    const failure = await failureOf(() => traffic.read(release, effect));
    expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    expect(failure.message).toContain(`read: GET ${target.url} answered 200, but ${problem}`);
  });
});
