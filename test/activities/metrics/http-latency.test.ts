import { describe, expect, test } from 'vitest';
import { connect, expectThrowsAtSignal, look, never, startSource, type Source } from './source.ts';

const latency = (url: string, headers: Record<string, string> = {}) =>
  connect({
    name: 'latency',
    kind: 'latency',
    gating: true,
    minSample: 20,
    source: { type: 'http', url, headers, histogram: '$.duration' },
  });

/** What a source answers: counters by seconds, as JSON says them. */
type Buckets = Record<string, number>;

async function counting(): Promise<{ at: (buckets: Buckets | string) => Promise<unknown>; source: Source }> {
  const source = await startSource();
  let cursor: unknown = null;
  return {
    source,
    async at(buckets) {
      const text = typeof buckets === 'string' ? buckets : JSON.stringify(buckets);
      source.answer((_request, response) => response.end(`{"duration":${text}}`));
      const seen = await latency(source.url).collect(look({ cursor }), { signal: never });
      cursor = JSON.parse(JSON.stringify(seen.cursor));
      return seen.canary;
    },
  };
}

describe('a latency', () => {
  test('is the growth of the buckets since the last look, in milliseconds, and nothing at the first', async () => {
    const { at, source } = await counting();
    expect(await at({ '0.005': 10, '0.1': 60, '2.5': 99, '+Inf': 100 })).toEqual({
      missing: `${source.url}/: $.duration was read for the first time: the next look counts from here`,
    });
    expect(await at({ '0.005': 15, '0.1': 80, '2.5': 129, '+Inf': 140 })).toEqual({
      bounds: [5, 100, 2500],
      below: [5, 20, 30],
      total: 40,
    });
    expect(await at({ '0.005': 15, '0.1': 80, '2.5': 129, '+Inf': 140 })).toEqual({
      bounds: [5, 100, 2500],
      below: [0, 0, 0],
      total: 0,
    });
  });

  test('is read of counts that are written as text', async () => {
    const { at } = await counting();
    await at('{"0.1":"60","+Inf":"100"}');
    expect(await at('{"0.1":"80","+Inf":"140"}')).toEqual({ bounds: [100], below: [20], total: 40 });
  });

  test('of 25,000 buckets is not read', async () => {
    const { at, source } = await counting();
    const buckets = Object.fromEntries(Array.from({ length: 25_000 }, (_, bound) => [String(bound + 1), 1]));
    expect(await at({ ...buckets, '+Inf': 1 })).toEqual({
      missing: `${source.url}/: $.duration has 25001 buckets, at most 500 are read`,
    });
  });

  test('is read in rising order, however the bounds are written and ordered', async () => {
    const { at } = await counting();
    await at({ '+Inf': 9, '10': 8, '1e-1': 3, '2': 6 });
    expect(await at({ '10': 18, '+Inf': 19, '2': 16, '0.1': 13 })).toEqual({
      bounds: [100, 2000, 10_000],
      below: [10, 10, 10],
      total: 10,
    });
  });

  test('is missing when a counter went back, and counts from there', async () => {
    const { at } = await counting();
    await at({ '0.1': 80, '+Inf': 100 });
    expect(await at({ '0.1': 2, '+Inf': 3 })).toEqual({
      missing: expect.stringContaining('$.duration went from 100 to 3: restarted?') as string,
    });
    expect(await at({ '0.1': 1, '+Inf': 5 })).toHaveProperty('missing');
    expect(await at({ '0.1': 4, '+Inf': 9 })).toEqual({ bounds: [100], below: [3], total: 4 });
  });

  test('is missing when one bucket went back, which is named', async () => {
    const { at } = await counting();
    await at({ '0.1': 80, '+Inf': 100 });
    expect(await at({ '0.1': 70, '+Inf': 120 })).toEqual({
      missing: expect.stringContaining('$.duration went from 80 to 70 at 100ms: restarted?') as string,
    });
  });

  test('is missing when its buckets are others, and counts from there', async () => {
    const { at } = await counting();
    await at({ '0.1': 80, '+Inf': 100 });
    expect(await at({ '0.2': 90, '+Inf': 120 })).toEqual({
      missing: expect.stringContaining('$.duration has other buckets than before') as string,
    });
    expect(await at({ '0.2': 95, '+Inf': 130 })).toEqual({ bounds: [200], below: [5], total: 10 });
  });

  test.each([
    ['no mapping', '[1,2]', '$.duration is [1,2], a mapping from seconds to counts is wanted'],
    ['null', 'null', '$.duration is null, a mapping from seconds to counts is wanted'],
    ['a mapping without +Inf', '{"0.1":3}', '$.duration has no count of all requests at +Inf'],
    ['an empty mapping', '{}', '$.duration has no count of all requests at +Inf'],
    [
      'a bound that is no number',
      '{"fast":3,"+Inf":4}',
      '$.duration has 3 at NaN: seconds and counts are expected',
    ],
    ['a bound of 0', '{"0":3,"+Inf":4}', '$.duration has 3 at 0: seconds and counts are expected'],
    ['a negative bound', '{"-1":3,"+Inf":4}', '$.duration has 3 at -1: seconds and counts are expected'],
    [
      'a count that is a text, and no number',
      '{"0.1":"many","+Inf":4}',
      '$.duration has "many" at 0.1: seconds and counts are expected',
    ],
    ['a negative count', '{"0.1":-3,"+Inf":4}', '$.duration has -3 at 0.1: seconds and counts are expected'],
    ['a count beyond all numbers', '{"0.1":3,"+Inf":1e999}', 'seconds and counts are expected'],
  ])('of %s is missing, with what was found', async (_, text, expected) => {
    const { at } = await counting();
    expect(await at(text)).toEqual({ missing: expect.stringContaining(expected) as string });
  });

  test('counts nothing from a look that could not be read', async () => {
    const { at } = await counting();
    await at({ '0.1': 80, '+Inf': 100 });
    expect(await at('{"0.1":3,"+Inf":1e999}')).toHaveProperty('missing');
    expect(await at({ '0.1': 85, '+Inf': 110 })).toEqual({ bounds: [100], below: [5], total: 10 });
  });

  test('loses nothing at a look that failed', async () => {
    const { at, source } = await counting();
    await at({ '0.1': 80, '+Inf': 100 });
    source.answer((_request, response) => response.writeHead(503).end());
    const failed = await latency(source.url).collect(look({ cursor: null }), { signal: never });
    expect(failed.canary).toEqual({ missing: expect.stringContaining('answered 503') as string });
    expect(await at({ '0.1': 90, '+Inf': 130 })).toEqual({ bounds: [100], below: [10], total: 30 });
  });

  test('repeated from the same cursor says the same', async () => {
    const source = await startSource();
    source.answer({ duration: { '0.1': 1, '+Inf': 2 } });
    const { cursor } = await latency(source.url).collect(look(), { signal: never });
    source.answer({ duration: { '0.1': 4, '+Inf': 8 } });
    const again = () => latency(source.url).collect(look({ cursor }), { signal: never });
    expect(await again()).toEqual(await again());
  });

  test('counts each track by itself', async () => {
    const source = await startSource();
    const totals = { canary: 0, stable: 0 };
    source.answer((request, response) => {
      const track = request.url === '/canary' ? 'canary' : 'stable';
      totals[track] += track === 'canary' ? 10 : 1_000;
      response.end(JSON.stringify({ duration: { '0.1': totals[track] / 2, '+Inf': totals[track] } }));
    });
    const metric = latency(`${source.url}/$track`);
    const of = look({ tracks: ['canary', 'stable'] });
    const { cursor } = await metric.collect(of, { signal: never });
    const { canary, stable } = await metric.collect({ ...of, cursor }, { signal: never });
    expect(canary).toEqual({ bounds: [100], below: [5], total: 10 });
    expect(stable).toEqual({ bounds: [100], below: [500], total: 1_000 });
  });

  test('throws at the signal, at once', () => expectThrowsAtSignal(latency));
});

test('a gauge is read as a value is', async () => {
  const source = await startSource();
  source.answer({ heap: 12.5 });
  const gauge = connect({
    name: 'heap',
    kind: 'gauge',
    gating: true,
    source: { type: 'http', url: source.url, headers: {}, value: '$.heap' },
  });
  expect((await gauge.collect(look(), { signal: never })).canary).toEqual({ value: 12.5, n: 1 });
});
