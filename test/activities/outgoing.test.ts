import { describe, expect, test } from 'vitest';
import { load } from '../../activities/load/registry.ts';
import { atHostOf } from '../../activities/outgoing.ts';
import type { LoadOf } from '../../activities/ports.ts';
import { failureOf } from '../support/failures.ts';
import { connected, grantsOf } from '../support/grants.ts';
import { connect, look, never, startSource } from './metrics/source.ts';

describe('a request path', () => {
  test.each([
    [
      'http://shop.example:8080/cart',
      '/menu?x=//evil.example',
      'http://shop.example:8080/menu?x=//evil.example',
    ],
    ['http://shop.example/cart', '/@evil.example/', 'http://shop.example/@evil.example/'],
    ['https://[fd00::1]/', '/a:80/b', 'https://[fd00::1]/a:80/b'],
  ])('of %s may be %s', (url, path, sent) => {
    expect(atHostOf(url, path)).toBe(sent);
  });

  test.each([
    '//evil.example/',
    '/\\evil.example/',
    '\\\\evil.example/',
    '/\t/evil.example/',
    'http://evil.example/',
    'https:evil.example/',
    'https://shop.example/',
    'http://shop.example:81/',
    'http://me:pw@shop.example/',
    'http://shop.example.evil.example/',
    '//[',
    'data:text/plain,x',
  ])('cannot be %j', async (path) => {
    const failure = await failureOf(() => void atHostOf('http://shop.example/cart', path));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toContain('does not stay at shop.example; give a path that begins with one /');
  });
});

test('no load is sent to a host that a request path names, nor its secrets', async () => {
  const [allowed, other] = [await startSource(), await startSource()];
  const path = other.url.replace('http:', '');
  const plan: LoadOf<'http'> = {
    type: 'http',
    counted: true,
    url: allowed.url,
    method: 'GET',
    headers: { authorization: { secret: 'TOKEN' } },
    requests: [{ path, share: 1, headers: {} }],
    rate: 50,
    duration: 200,
  };
  const now = Date.now();
  const run = {
    release: { service: 'shop', version: '2', stable: '1' },
    url: allowed.url,
    window: { from: now, to: now + 200 },
    soFar: null,
  };
  const sender = connected(
    load.http,
    plan,
    grantsOf(() => 'hush', [new URL(allowed.url).host]),
  );
  const failure = await failureOf(() => sender.generate(run, () => undefined, { signal: never }));
  expect(failure).toMatchObject({ type: 'NotAllowed' });
  expect([...allowed.asked, ...other.asked]).toEqual([]);
});

test.each(['..', '.'])('a version %j leads a metric to no other path', async (version) => {
  const source = await startSource();
  const metric = connect({
    name: 'up',
    kind: 'status',
    gating: true,
    source: { type: 'http', url: `${source.url}/metrics/$version/health`, status: '$.status', headers: {} },
    ok: ['UP'],
  });
  const { canary } = await metric.collect(look({ release: { service: 'shop', version, stable: null } }), {
    signal: never,
  });
  expect(canary).toEqual({ missing: expect.stringContaining('would lead to another path') as string });
  expect(source.asked).toEqual([]);
});
