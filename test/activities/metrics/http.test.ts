import { describe, expect, test } from 'vitest';
import type { MetricOf } from '../../../activities/ports.ts';
import { connect, expectThrowsAtSignal, look, never, startSource, type Source } from './source.ts';

type Http<Kind> = Extract<MetricOf<'http'>, { kind: Kind }>;

const status = (
  url: string,
  path = '$.status',
  headers: Http<'status'>['source']['headers'] = {},
  ok = ['ok'],
) =>
  connect({
    name: 'monitor',
    kind: 'status',
    gating: true,
    ok,
    source: { type: 'http', url, headers, status: path },
  });
const value = (url: string, path = '$.depth') =>
  connect({
    name: 'queue',
    kind: 'value',
    gating: true,
    minSample: 1,
    source: { type: 'http', url, headers: {}, value: path },
  });
const rate = (url: string) =>
  connect({
    name: 'errors',
    kind: 'rate',
    gating: true,
    minSample: 20,
    source: { type: 'http', url, headers: {}, events: '$.errors', total: '$.requests' },
  });

async function reading(source: Source, path?: string): Promise<unknown> {
  const { canary } = await status(source.url, path).collect(look(), { signal: never });
  return canary;
}

describe('a status', () => {
  test.each([
    ['a text', { status: 'ok' }, 'ok'],
    ['a boolean', { status: true }, 'true'],
    ['a number', { status: 200 }, '200'],
  ])('may be %s', async (_, answer, expected) => {
    const source = await startSource();
    source.answer(answer);
    expect(await reading(source)).toEqual({ status: expected });
  });

  test('is found by a JSONPath', async () => {
    const source = await startSource();
    source.answer({ checks: [{ name: 'db', state: 'up' }] });
    expect(await reading(source, '$.checks[?@.name == "db"].state')).toEqual({ status: 'up' });
  });

  test.each([
    ['is an object', { status: { ok: 1 } }, '$.status', '$.status is {"ok":1}, a text'],
    ['is null', { status: null }, '$.status', '$.status is null, a text'],
    ['is not there', {}, '$.status', '$.status matches nothing in the answer'],
    ['is there twice', { a: ['x', 'y'] }, '$.a[*]', '$.a[*] matches 2 values, one is wanted'],
  ])('that %s is missing', async (_, answer, path, expected) => {
    const source = await startSource();
    source.answer(answer);
    expect(await reading(source, path)).toEqual({
      missing: expect.stringContaining(`${source.url}/: ${expected}`) as string,
    });
  });
});

/** Answers with this status, and with this body as JSON unless it is text already. */
async function readingAt(code: number, body: unknown, path?: string, ok?: string[]): Promise<unknown> {
  const source = await startSource();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  source.answer((_request, response) => response.writeHead(code).end(text));
  const { canary } = await status(source.url, path, {}, ok).collect(look(), { signal: never });
  return canary;
}

describe('a health page that answers 5xx', () => {
  test.each([
    ['Spring: DOWN', 503, { status: 'DOWN' }, undefined, 'DOWN'],
    ['Spring: OUT_OF_SERVICE', 503, { status: 'OUT_OF_SERVICE' }, undefined, 'OUT_OF_SERVICE'],
    [
      'a nested path',
      503,
      { status: 'DOWN', components: { db: { status: 'DOWN' } } },
      '$.components.db.status',
      'DOWN',
    ],
    [
      'MicroProfile: a check by its name',
      503,
      { checks: [{ name: 'db', status: 'DOWN' }] },
      '$.checks[0].status',
      'DOWN',
    ],
    ['a boolean', 500, { healthy: false }, '$.healthy', 'false'],
    ['a number that is not the status code', 503, { up: 0 }, '$.up', '0'],
    ['a JSON string', 503, '"DOWN"', '$', 'DOWN'],
  ])('is read: %s', async (_, code, body, path, expected) => {
    expect(await readingAt(code, body, path)).toEqual({ status: expected });
  });

  test.each([
    ['without a body', 503, '', undefined, 'answered 503, expected 2xx'],
    ['with HTML of a proxy', 503, '<html>no server</html>', undefined, 'answered 503 (<html>'],
    ['with plain text', 503, 'DOWN', undefined, 'answered 503 (DOWN)'],
    ['with JSON without the path', 503, { error: 'busy' }, undefined, 'answered 503 ({"error":"busy"})'],
    ['with null at the path', 503, { status: null }, undefined, 'answered 503'],
    ['with an object at the path', 503, { status: { code: 1 } }, undefined, 'answered 503'],
    ['with two values at the path', 503, { a: ['x', 'y'] }, '$.a[*]', 'answered 503'],
    [
      'with the status code as its status (Spring errors)',
      503,
      { status: 503, error: 'x' },
      undefined,
      'answered 503',
    ],
    ['with the status code as text (problem details)', 502, { status: '502' }, undefined, 'answered 502'],
    ['that is not found', 404, { status: 'DOWN' }, undefined, 'answered 404'],
    ['that wants a login', 401, { status: 'DOWN' }, undefined, 'answered 401'],
    ['that is asked too often', 429, { status: 'DOWN' }, undefined, 'answered 429'],
    ['that redirects', 302, { status: 'DOWN' }, undefined, 'answered 302'],
  ])('is no signal %s', async (_, code, body, path, expected) => {
    expect(await readingAt(code, body, path)).toEqual({
      missing: expect.stringContaining(expected) as string,
    });
  });

  test.each([
    ['UP', 500, { status: 'UP' }, ['UP']],
    ['one of several good words', 503, { status: 'degraded' }, ['healthy', 'degraded']],
  ])('is no signal where it contradicts itself: %s', async (_, code, body, ok) => {
    expect(await readingAt(code, body, undefined, ok)).toEqual({
      missing: expect.stringMatching(
        new RegExp(`\\$\\.status is "${body.status}", which ok lists, but the answer is a ${String(code)}: `),
      ) as string,
    });
  });

  test('gives no numbers', async () => {
    const source = await startSource();
    source.answer((_request, response) => response.writeHead(503).end('{"depth":3}'));
    const { canary } = await value(source.url).collect(look(), { signal: never });
    expect(canary).toEqual({ missing: expect.stringContaining('answered 503') as string });
  });
});

describe('what could not be measured is missing, with the address', () => {
  test.each([
    ['a fault', 503, {}, 'down', 'answered 503'],
    ['a redirect', 302, { location: '/elsewhere' }, '', 'answered 302'],
    ['something else than JSON', 200, {}, '<html>', 'answered 200, but with no JSON'],
    ['nothing', 200, {}, '', 'answered 200, but with nothing'],
  ])('at %s', async (_, code, headers, body, expected) => {
    const source = await startSource();
    source.answer((_request, response) => response.writeHead(code, headers).end(body));
    const { missing } = (await reading(source)) as { missing: string };
    expect(missing).toContain(source.url);
    expect(missing).toContain(expected);
    expect(source.asked).toHaveLength(1);
  });

  test('when nothing listens there', async () => {
    const { canary } = await status('http://127.0.0.1:1/monitor').collect(look(), { signal: never });
    expect(canary).toEqual({
      missing: expect.stringMatching(/http:\/\/127\.0\.0\.1:1\/monitor.*nothing listens there/) as string,
    });
  });

  test('when no answer comes within 10seconds', async () => {
    const source = await startSource();
    source.answer(() => undefined);
    expect(await reading(source)).toEqual({
      missing: expect.stringContaining('gave no whole answer within 10s') as string,
    });
  });

  test('when the worker allows neither the host nor the secret', async () => {
    const { canary } = await status('http://198.51.100.1/').collect(look(), { signal: never });
    expect(canary).toEqual({
      missing: expect.stringContaining('198.51.100.1') as string,
    });
    const source = await startSource();
    const secret = status(source.url, '$.status', { authorization: { secret: 'OTHER' } });
    const second = await secret.collect(look(), { signal: never });
    expect(second.canary).toEqual({ missing: expect.stringContaining('OTHER') as string });
    expect(source.asked).toEqual([]);
  });

  test('at a path that is no JSONPath', async () => {
    const source = await startSource();
    expect(await reading(source, '$[')).toHaveProperty('missing');
  });
});

test('a secret goes out in its header', async () => {
  const source = await startSource();
  source.answer((request, response) =>
    response.end(JSON.stringify({ status: request.headers.authorization === 'hush-hush' })),
  );
  const metric = status(source.url, '$.status', { authorization: { secret: 'TOKEN' } });
  expect((await metric.collect(look(), { signal: never })).canary).toEqual({ status: 'true' });
});

test('throws at the signal, at once', () => expectThrowsAtSignal(status));

describe('the address', () => {
  const both = look({ tracks: ['canary', 'stable'] });

  test('is fetched for each track, with the track, the service and its version filled in', async () => {
    const source = await startSource();
    source.answer((request, response) =>
      response.end(JSON.stringify({ depth: request.url?.includes('canary') === true ? 3 : 2 })),
    );
    const url = `${source.url}/$service/metrics?of=$track&version=$version`;
    const { canary, stable } = await value(url).collect(both, { signal: never });
    expect(canary).toEqual({ value: 3, n: 1 });
    expect(stable).toEqual({ value: 2, n: 1 });
    expect(source.asked.sort()).toEqual([
      '/shop%2Fcheckout/metrics?of=canary&version=2.4.0',
      '/shop%2Fcheckout/metrics?of=stable&version=2.3.9',
    ]);
  });

  test('cannot name a version of stable that nobody knows', async () => {
    const source = await startSource();
    source.answer({ depth: 1 });
    const release = { ...both.release, stable: null };
    const metric = value(`${source.url}/?version=$version`);
    const { canary, stable } = await metric.collect({ ...both, release }, { signal: never });
    expect(canary).toEqual({ value: 1, n: 1 });
    expect(stable).toEqual({
      missing: expect.stringContaining('the version of stable is not known') as string,
    });
  });
});

describe('a value', () => {
  test.each([
    ['"12"', 12],
    ['"-0.25"', -0.25],
    ['"1.5e-3"', 0.0015],
  ])('that is the text %s is that number', async (depth, number) => {
    const source = await startSource();
    source.answer((_request, response) => response.end(`{"depth":${depth}}`));
    const { canary } = await value(source.url).collect(look(), { signal: never });
    expect(canary).toEqual({ value: number, n: 1 });
  });

  test.each([
    ['a text with a unit', '"12 ms"'],
    ['an empty text', '""'],
    ['a text in base 16', '"0x10"'],
    ['a text with a comma', '"1,5"'],
    ['a text beyond all numbers', '"1e999"'],
    ['NaN', 'null'],
    ['beyond all numbers', '1e999'],
  ])('that is %s is missing', async (_, depth) => {
    const source = await startSource();
    source.answer((_request, response) => response.end(`{"depth":${depth}}`));
    const { canary } = await value(source.url).collect(look(), { signal: never });
    expect(canary).toEqual({ missing: expect.stringContaining('a number is wanted') as string });
  });
});

describe('a rate', () => {
  async function counting() {
    const source = await startSource();
    let cursor: unknown = null;
    return async (errors: number, requests: number) => {
      source.answer({ errors, requests });
      const seen = await rate(source.url).collect(look({ cursor }), { signal: never });
      cursor = JSON.parse(JSON.stringify(seen.cursor));
      return seen.canary;
    };
  }

  test('is the growth of two counters since the last look, and nothing at the first', async () => {
    const at = await counting();
    expect(await at(5, 100)).toEqual({ missing: expect.stringContaining('for the first time') as string });
    expect(await at(6, 140)).toEqual({ events: 1, total: 40 });
    expect(await at(6, 140)).toEqual({ events: 0, total: 0 });
    expect(await at(2 ** 52 + 1, 2 ** 53 - 1)).toEqual({ events: 2 ** 52 - 5, total: 2 ** 53 - 141 });
  });

  test('counts with counters that are written as text', async () => {
    const source = await startSource();
    const read = async (answer: object, cursor: unknown) => {
      source.answer(answer);
      return rate(source.url).collect(look({ cursor }), { signal: never });
    };
    const first = await read({ errors: '5', requests: '9007199254740000' }, null);
    const next = await read({ errors: '6', requests: '9007199254740040' }, first.cursor);
    expect(next.canary).toEqual({ events: 1, total: 40 });
  });

  test('is missing when a counter went back, and counts from there', async () => {
    const at = await counting();
    await at(5, 120);
    expect(await at(0, 3)).toEqual({
      missing: expect.stringContaining('$.errors went from 5 to 0') as string,
    });
    await at(0, 20);
    expect(await at(0, 3)).toEqual({
      missing: expect.stringContaining('$.requests went from 20 to 3: restarted?') as string,
    });
    expect(await at(1, 23)).toEqual({ events: 1, total: 20 });
  });

  test('loses nothing at a look that failed', async () => {
    const source = await startSource();
    source.answer({ errors: 1, requests: 10 });
    const first = await rate(source.url).collect(look(), { signal: never });
    source.answer((_request, response) => response.writeHead(500).end());
    const second = await rate(source.url).collect(look({ cursor: first.cursor }), { signal: never });
    expect(second.canary).toHaveProperty('missing');
    source.answer({ errors: 3, requests: 50 });
    const third = await rate(source.url).collect(look({ cursor: second.cursor }), { signal: never });
    expect(third.canary).toEqual({ events: 2, total: 40 });
  });

  test('repeated from the same cursor says the same', async () => {
    const source = await startSource();
    source.answer({ errors: 1, requests: 10 });
    const { cursor } = await rate(source.url).collect(look(), { signal: never });
    source.answer({ errors: 2, requests: 30 });
    const again = () => rate(source.url).collect(look({ cursor }), { signal: never });
    expect(await again()).toEqual(await again());
  });

  test('counts each track by itself', async () => {
    const source = await startSource();
    let requests = 0;
    source.answer((request, response) => {
      requests += request.url === '/canary' ? 10 : 1000;
      response.end(JSON.stringify({ errors: 0, requests }));
    });
    const metric = rate(`${source.url}/$track`);
    const of = look({ tracks: ['canary', 'stable'] });
    const { cursor } = await metric.collect(of, { signal: never });
    const { canary, stable } = await metric.collect({ ...of, cursor }, { signal: never });
    expect(canary).toEqual({ events: 0, total: 1010 });
    expect(stable).toEqual({ events: 0, total: 1010 });
  });

  test('of a counter below 0 is missing', async () => {
    const at = await counting();
    expect(await at(-1, 5)).toEqual({ missing: expect.stringContaining('$.errors is -1') as string });
  });
});
