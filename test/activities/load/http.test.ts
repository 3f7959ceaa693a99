import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { load } from '../../../activities/load/registry.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import type { LoadOf } from '../../../activities/ports.ts';
import { failureOf } from '../../support/failures.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { selfSigned } from './self-signed.ts';
import { startLoaded } from './server.ts';

const secrets: Record<string, string> = { TOKEN: 'hush-hush', BROKEN: 'two\nlines' };
const grants = grantsOf((name) => secrets[name] ?? '');
const release = { service: 'shop', version: '2', stable: '1' };
const never = new AbortController().signal;

interface Run {
  plan?: Partial<LoadOf<'http'>>;
  rate: number;
  /** Milliseconds from now. */
  lasts: number;
  soFar?: LoadReport;
  progress?: (soFar: LoadReport) => void;
  signal?: AbortSignal;
}

function generate(url: string, run: Run): Promise<LoadReport> {
  const { plan, rate, lasts, soFar = null, progress = () => undefined, signal = never } = run;
  const whole: LoadOf<'http'> = {
    type: 'http',
    counted: true,
    url,
    method: 'GET',
    headers: {},
    rate,
    duration: lasts,
    ...plan,
  };
  const from = soFar?.window.from ?? Date.now();
  const window = { from, to: Date.now() + lasts };
  return connected(load.http, whole, grants).generate(
    { release, url, window, movable: true, soFar },
    progress,
    { signal },
  );
}

describe('the rate', () => {
  test('is held, spread over each second, and every request is counted once', async () => {
    const server = await startLoaded((_request, response) => response.end('ok'));
    const report = await generate(server.url, { rate: 50, lasts: 3000 });
    expect(report.requests).toBe(server.came.length);
    expect(report.requests).toBeGreaterThan(100);
    expect(report.requests).toBeLessThanOrEqual(150);
    expect(report).toMatchObject({ errors: 0, classes: {} });
    expect(new Set(server.came.map((at) => Math.floor(at / 100))).size).toBeGreaterThan(10);
  });

  test('may be below one a second', async () => {
    const server = await startLoaded((_request, response) => response.end('ok'));
    const report = await generate(server.url, { rate: 0.5, lasts: 3000 });
    expect(report.requests).toBe(2);
    expect(server.came).toHaveLength(2);
  });

  test('does not wait for slow answers, and those under way at the end are counted', async () => {
    const server = await startLoaded((_request, response) => {
      setTimeout(() => response.end('ok'), 1500);
    });
    const report = await generate(server.url, { rate: 20, lasts: 1000 });
    expect(report.requests).toBe(server.came.length);
    expect(report.requests).toBeGreaterThan(10);
    expect(report.requests).toBeLessThanOrEqual(20);
    expect(report.errors).toBe(0);
    expect(report.latency.p50).toBeGreaterThan(1400);
  });

  test('above 200 a second uses connections again', async () => {
    const server = await startLoaded((_request, response) => response.end('ok'));
    const report = await generate(server.url, { rate: 800, lasts: 1000 });
    expect(report.requests).toBe(server.came.length);
    expect(report.requests).toBeGreaterThan(300);
    expect(report.requests).toBeLessThanOrEqual(800);
    expect(server.connections()).toBeLessThan(report.requests);
  });

  test('above 200 a second counts right where the server closes after each answer', async () => {
    const server = await startLoaded((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('ok');
    });
    const report = await generate(server.url, { rate: 600, lasts: 1000 });
    expect(report.errors).toBe(0);
    expect(report.requests).toBe(server.came.length);
    expect(report.requests).toBeGreaterThan(200);
    expect(report.requests).toBeLessThanOrEqual(600);
  });

  test('bounds the tries where nothing listens', async () => {
    const report = await generate('http://127.0.0.1:1/', { rate: 20, lasts: 1000 });
    expect(report.requests).toBeLessThanOrEqual(20);
    expect(report.requests).toBeGreaterThan(5);
    expect(report.classes).toEqual({ connection: report.requests });
    expect(report.latency.counts).toEqual({});
  });
});

describe('errors', () => {
  test('are counted by class, and redirects are neither errors nor followed', async () => {
    const endings = [200, 302, 404, 500, 503, 'gone'] as const;
    let next = 0;
    const paths = new Set<string | undefined>();
    const server = await startLoaded((request, response) => {
      paths.add(request.url);
      const ending = endings[next++ % endings.length];
      if (ending === 'gone') request.socket.destroy();
      else response.writeHead(ending ?? 200, { location: '/elsewhere' }).end('x');
    });
    const report = await generate(server.url, { rate: 60, lasts: 1000 });
    const count = (ending: number): number =>
      Math.floor((report.requests + endings.length - 1 - ending) / endings.length);
    expect(report.requests).toBe(server.came.length);
    expect(report.classes).toEqual({ '4xx': count(2), '5xx': count(3) + count(4), connection: count(5) });
    expect(report.errors).toBe(count(2) + count(3) + count(4) + count(5));
    expect([...paths]).toEqual(['/cart']);
  });

  test('include requests that nobody answered within 10 seconds, with that as their latency', async () => {
    const server = await startLoaded(() => undefined);
    const report = await generate(server.url, { rate: 20, lasts: 300 });
    expect(report.requests).toBe(server.came.length);
    expect(report.classes).toEqual({ timeout: report.requests });
    expect(report.latency).toMatchObject({ p50: 10_000, max: 10_000 });
  });
});

test('tells each second what was seen, and goes on from there', async () => {
  const server = await startLoaded((_request, response) => response.end('ok'));
  const seen: LoadReport[] = [];
  const abort = new AbortController();
  const first = generate(server.url, {
    rate: 20,
    lasts: 60_000,
    progress: (soFar) => seen.push(soFar),
    signal: abort.signal,
  });
  await vi.waitFor(
    () => {
      expect(seen.length).toBeGreaterThan(1);
    },
    { timeout: 30_000 },
  );
  abort.abort(new Error('the worker died'));
  await expect(first).rejects.toThrow('the worker died');
  const [earlier, later] = seen as [LoadReport, LoadReport];
  expect(later.requests).toBeGreaterThan(earlier.requests);
  expect(later.window.from).toBe(earlier.window.from);

  const soFar = JSON.parse(JSON.stringify({ ...later, errors: 3, classes: { '5xx': 3 } })) as LoadReport;
  const next = await startLoaded((_request, response) => response.end('ok'));
  const report = await generate(next.url, { rate: 20, lasts: 3000, soFar });
  expect(report.requests).toBe(later.requests + next.came.length);
  expect(report).toMatchObject({ errors: 3, classes: { '5xx': 3 } });
  expect(report.window.from).toBe(earlier.window.from);
});

test('several kinds come in proportion, each with what is its own', async () => {
  const came: string[] = [];
  const server = await startLoaded((request, response) => {
    void text(request).then((body) => {
      came.push(`${request.method ?? ''} ${request.url ?? ''} ${String(request.headers['x-kind'])} ${body}`);
      response.end();
    });
  });
  const plan = {
    headers: { 'x-kind': 'all' },
    requests: [
      { path: '/menu', share: 3, headers: {} },
      { path: '/order', share: 1, method: 'POST' as const, body: '{}', headers: { 'x-kind': 'own' } },
    ],
  };
  const report = await generate(server.url, { plan, rate: 40, lasts: 2000 });
  expect(report.errors).toBe(0);
  const orders = came.filter((one) => one === 'POST /order own {}').length;
  const menus = came.filter((one) => one === 'GET /menu all ').length;
  expect(orders + menus).toBe(report.requests);
  expect(Math.abs(menus - 3 * orders)).toBeLessThanOrEqual(4);
});

test('no request waits for the answer of another one, also where connections are used again', async () => {
  // A hundred are answered at once when all of them are here: whoever waits for an answer first never gets one.
  const open: ServerResponse[] = [];
  let hundreds = 0;
  const server = await startLoaded((_request, response) => {
    if (open.push(response) < 100) return;
    hundreds += 1;
    for (const one of open.splice(0)) one.end('ok');
  });
  const report = await generate(server.url, { rate: 400, lasts: 1000 });
  expect(report.requests + report.missed).toBe(400);
  expect(report.requests).toBe(server.came.length);
  expect(report.errors).toBe(open.length);
  expect(hundreds).toBeGreaterThan(1);
  expect(server.connections()).toBeLessThan(400);
});

test('what could not be sent in its time is counted: too much is open, or the worker stood still', async () => {
  const slow = await startLoaded((_request, response) => {
    setTimeout(() => response.end('ok'), 1500);
  });
  const many = await generate(slow.url, { rate: 3000, lasts: 1000 });
  expect(many.requests).toBe(slow.came.length);
  expect(slow.connections()).toBe(1000);
  expect(many.requests + many.missed).toBe(3000);

  const server = await startLoaded((_request, response) => response.end('ok'));
  const soFar = {
    ...(await generate(server.url, { rate: 10, lasts: 500 })),
    window: { from: Date.now() - 10_000, to: Date.now() },
  };
  const later = await generate(server.url, { rate: 10, lasts: 500, soFar });
  expect(later.missed).toBeGreaterThan(80);
});

describe('a request', () => {
  test('carries method, body and headers, secrets by name', async () => {
    const bodies: Promise<string>[] = [];
    const server = await startLoaded((request, response) => {
      bodies.push(text(request));
      response
        .writeHead(request.method === 'POST' && request.headers['x-token'] === 'hush-hush' ? 200 : 403)
        .end();
    });
    const plan = { method: 'POST', body: '{"n":1}', headers: { 'x-token': { secret: 'TOKEN' } } } as const;
    const report = await generate(server.url, { plan, rate: 10, lasts: 300 });
    expect(report).toMatchObject({ errors: 0 });
    expect(await bodies[0]).toBe('{"n":1}');
    expect(JSON.stringify(report)).not.toContain('hush-hush');
  });

  test('is not sent with a header that would be two, and the message does not tell the secret', async () => {
    const plan = { headers: { 'x-token': { secret: 'BROKEN' } } };
    const failure = await failureOf(() => generate('http://127.0.0.1:1/', { plan, rate: 10, lasts: 300 }));
    expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
    expect(failure.message).toContain('x-token');
    expect(failure.message).not.toContain('lines');
  });

  test('is not sent to a server whose certificate proves nothing', async () => {
    let came = 0;
    const server = createServer(selfSigned, (_request, response) => {
      came += 1;
      response.end('ok');
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => {
      server.close();
    });
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const report = await generate(url, { rate: 20, lasts: 500 });
    expect(report.requests).toBeGreaterThan(1);
    expect(report.classes).toEqual({ connection: report.requests });
    expect(came).toBe(0);
  });
});
