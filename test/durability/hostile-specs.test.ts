/** Specs and answers made to hold a worker up, on the same worker as a canary that somebody aborts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSentinel } from '../fuzz/sentinel.ts';
import { startContractTarget } from '../support/contract-target.ts';
import { json, startRaw } from '../support/raw.ts';
import { openContractLab } from './contract-lab.ts';

const seconds = Math.floor(Date.now() / 1000);

function many<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at): T => make(at));
}

/** 2,000 series of one track, on as many targets, a scrape every 10s; or their `up`. */
function series(name: string, track: string): string {
  const values = many(60, (at) => [seconds - 540 + at * 10, '1']);
  const result = many(2_000, (at) => ({
    metric: { __name__: name, job: 'shop', instance: `${track}-${String(at)}`, track },
    values,
  }));
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

const answers = new Map(
  Object.entries({
    many: JSON.stringify(many(80_000, (at) => ({ a: at }))),
    regex: JSON.stringify({ a: many(40, () => ({ b: `${'a'.repeat(40)}!` })) }),
    buckets: JSON.stringify({
      h: Object.fromEntries([
        ...many(25_000, (at): [string, number] => [String(at + 1), at]),
        ['+Inf', 25_000],
      ]),
    }),
    canary: series('all', 'canary'),
    stable: series('all', 'stable'),
    up: series('up', 'canary'),
  }),
);

async function startHostileSource(): Promise<{ url: string; asked: Set<string> }> {
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://a');
    const query = url.searchParams.get('query');
    const key =
      query === null ? url.pathname.slice(1) : (/time\(\)|^up|canary|stable/.exec(query)?.[0] ?? 'up');
    asked.add(key);
    const now = Date.now() / 1000;
    response.end(
      key === 'time()'
        ? JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [now, String(now)] } })
        : answers.get(key),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

test('hold up nobody else: traffic is back 2 s after an abort', { timeout: 120_000 }, async () => {
  const lab = await openContractLab({});
  const { client, rollouts } = lab;
  const source = await startHostileSource();
  const value = (at: number, path: string, answer: string): object => ({
    name: `m${String(at)}`,
    kind: 'value',
    source: { type: 'http', url: `${source.url}/${answer}`, value: path },
    max: 1,
  });
  const prometheus = (at: number, events = 'all{track="$track"}'): object => ({
    name: `m${String(at)}`,
    kind: 'rate',
    source: { type: 'prometheus', url: source.url, events, total: 'all{track="$track"}' },
  });
  const filter = many(12, () => '@.a == $[79999].b').join('||');

  /** What a worker refuses, and what it only meets once it measures. */
  const refused: Record<string, object> = {
    regex: { metrics: many(50, (at) => value(at, '$.a[?match(@.b, "(a+)+b")].b', 'regex')) },
    descendants: { metrics: many(50, (at) => value(at, '$..[?@..a == 1].a', 'many')) },
    promql: { metrics: [prometheus(0, `all{${'a="b",'.repeat(150_000)}}`)] },
    selectors: {
      metrics: many(50, (at) => ({
        ...prometheus(at),
        kind: 'value',
        source: { type: 'prometheus', url: source.url, value: 'x+'.repeat(900) + 'x' },
      })),
    },
    keys: Object.fromEntries(many(100_000, (at) => [`key-${String(at)}`, 1])),
    list: { steps: many(100_000, () => ({ weight: 1 })) },
  };
  const measured: Record<string, object[]> = {
    filters: many(20, (at) => value(at, `$..[?${filter}].a`, 'many')),
    buckets: many(10, (at) => ({
      name: `m${String(at)}`,
      kind: 'latency',
      source: { type: 'http', url: `${source.url}/buckets?$track`, histogram: '$.h' },
    })),
    series: many(2, (at) => prometheus(at)),
  };
  const spec = async (service: string, of: object): Promise<object> => {
    const target = await startContractTarget('v1');
    onTestFinished(target.close);
    const steps = [{ weight: 20, bake: '1h' }];
    return { service, version: 'v2', target: { type: 'http', url: target.url }, every: '10s', steps, ...of };
  };

  const canary = await startSentinel(lab, 'canary');
  for (const [name, metrics] of Object.entries(measured))
    await startRaw(client, `rollout/${name}`, json(await spec(name, { metrics })));
  await vi.waitFor(
    () => expect([...source.asked].sort()).toEqual(['buckets', 'canary', 'many', 'stable', 'time()', 'up']),
    60_000,
  );
  for (const [name, of] of Object.entries(refused))
    await startRaw(client, `rollout/${name}`, json(await spec(name, of)));

  const took = await canary.abort();
  console.log(
    `beside ${String(Object.keys({ ...refused, ...measured }).length)} hostile rollouts: traffic back after ${took.toFixed()} ms`,
  );
  expect(took).toBeLessThan(2_000);
  for (const name of Object.keys(refused)) {
    const failure = await rollouts.result(name).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure, name).toMatchObject({ ending: { how: 'failed', type: 'SpecRefused' } });
  }
});
