import { getEventListeners } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { HeaderPlan } from '../../activities/header.ts';
import { isAnswer } from '../../activities/failures.ts';
import { createHttp } from '../../activities/http.ts';
import { failureOf } from '../support/failures.ts';
import { grantsOf } from '../support/grants.ts';

const secrets: Record<string, string> = { TOKEN: 'hush-hush', BROKEN: 'two\nlines' };
const grants = grantsOf((name) => secrets[name] ?? '');
const http = createHttp(grants);
const never = new AbortController().signal;
const state = z.object({ status: z.string() });

let server: Server;
let sockets: Socket[];

/** A server that does what `talk` does with every connection that has sent its request's head; its address. */
async function serve(talk: (socket: Socket, head: string) => void): Promise<string> {
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head) => {
      talk(socket, head.toString());
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/app`;
}

afterEach(async () => {
  if (!server.listening) return;
  for (const socket of sockets) socket.destroy();
  await new Promise((closed) => server.close(closed));
});

const post = (url: string, headers: HeaderPlan = {}, signal = never) =>
  http.post({ what: 'deploy', url, headers, body: { version: '2' } }, signal);
const get = (url: string, headers: HeaderPlan = {}, signal = never) =>
  http.get({ what: 'check', url, headers, answer: state }, signal);

const answer =
  (head: string, body: string | Buffer = '') =>
  (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\nconnection: close\r\ncontent-length: ${String(body.length)}\r\n\r\n`);
    socket.end(body);
  };
const silence = (): void => undefined;
const huge = (head: string) => (socket: Socket) => {
  socket.write(`HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n`);
  const more = (): void => {
    while (!socket.destroyed && socket.write('x'.repeat(64 * 1024)));
  };
  socket.on('drain', more);
  more();
};
const trickle =
  (head: string, begun = silence) =>
  (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\ntransfer-encoding: chunked\r\n\r\n`);
    let sent = 0;
    const timer = setInterval(() => {
      socket.write('1\r\n \r\n');
      sent += 1;
      if (sent === 5) begun();
    }, 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
const cutShort = (socket: Socket): void => {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"status":');
  socket.resetAndDestroy();
};

const again = { type: 'TargetUnavailable', nonRetryable: false };
const refused = { type: 'TargetRefused', nonRetryable: true };
const overtaken = { type: 'Overtaken', nonRetryable: true };

const reach = 'see that it runs and can be reached from where the worker runs';
const retried = "it is worth another try, and the target's own log says why";
const dropped = 'expected 2xx; it is not tried again';

test.each([
  ['503', answer('503 Busy'), true],
  ['500', answer('500 Oops'), true],
  ['429', answer('429 Slow down'), true],
  ['404', answer('404 Nope'), true],
  ['409', answer('409 Conflict'), true],
  ["a gateway's 502", answer('502 Bad Gateway'), false],
  ["a gateway's 504", answer('504 Gateway Timeout'), false],
  ['half an answer', cutShort, false],
  ['silence', silence, false],
])('after %s: the target is done with an effect, or may still act', async (_, talk, isDone) => {
  const url = await serve(talk);
  const hasty = createHttp(grants, { timeout: 500 });
  const failure = await failureOf(() => hasty.post({ what: 'deploy', url, headers: {}, body: {} }, never));
  expect(isAnswer(failure)).toBe(isDone);
});

describe('an effect that meets a fault', () => {
  test.each([
    [
      '500',
      answer('500 Oops', 'out\nof\u001b[31m memory'),
      again,
      `answered 500 (out of [31m memory), expected 2xx; ${retried}`,
    ],
    ['503 without a body', answer('503 Busy'), again, `answered 503, expected 2xx; ${retried}`],
    ['429', answer('429 Slow down'), again, `answered 429, expected 2xx; ${retried}`],
    [
      '409',
      answer('409 Conflict', '{"last":7}'),
      overtaken,
      'answered 409 ({"last":7}): it has accepted a newer effect than this one, which is not tried again',
    ],
    [
      '404',
      answer('404 Nope', 'x'.repeat(300)),
      refused,
      `answered 404 (${'x'.repeat(200)}…), ${dropped}: correct the URL in the spec, or see why nothing answers there`,
    ],
    [
      '404 whose text is cut within a character',
      answer('404 Nope', `${'x'.repeat(199)}😀😀`),
      refused,
      `answered 404 (${'x'.repeat(199)}…), ${dropped}`,
    ],
    [
      '401',
      answer('401 Who?'),
      refused,
      `answered 401, ${dropped}: correct the spec's headers or auth, or the secret's value at the worker`,
    ],
    [
      '422',
      answer('422 No', 'no such version'),
      refused,
      `answered 422 (no such version), ${dropped}: the target's own log says why`,
    ],
    [
      '301',
      answer('301 Moved\r\nlocation: https://me:pw@other.example/app?token=t1'),
      refused,
      `answered 301, ${dropped}: redirects are not followed; put the final address in the spec (this one leads to https://other.example/app?…)`,
    ],
    ['304', answer('304 Same'), refused, `answered 304, ${dropped}: the target's own log says why`],
    ['a huge 503', huge('503 Busy'), again, `answered 503 (${'x'.repeat(200)}…), expected 2xx; ${retried}`],
    [
      'another protocol',
      (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
      again,
      'gave no whole answer (Parse Error',
    ],
    [
      'a closed connection',
      (socket: Socket) => socket.end(),
      again,
      'gave no whole answer (the connection was closed before its end: ',
    ],
    [
      'a reset',
      (socket: Socket) => socket.resetAndDestroy(),
      again,
      'gave no whole answer (the connection was closed before its end: ',
    ],
    [
      'an answer cut short',
      cutShort,
      again,
      'gave no whole answer (the connection was closed before its end: ',
    ],
    [
      'a broken encoding',
      answer('200 OK\r\ncontent-encoding: gzip', 'not gzip'),
      again,
      `gave no whole answer (incorrect header check); ${reach}`,
    ],
  ])('ends at %s', async (_, talk, expected, text) => {
    const url = await serve(talk);
    const failure = await failureOf(() => post(url));
    expect(failure).toMatchObject(expected);
    expect(failure.message).toContain(`deploy: POST ${url} ${text}`);
  });

  test.each([
    ['never answers', silence],
    ['trickles a 200', trickle('200 OK')],
    ['trickles a 404', trickle('404 Nope')],
  ])('ends in time where the target %s', async (_, talk) => {
    const url = await serve(talk);
    const hasty = createHttp(grants, { timeout: 200 });
    const failure = await failureOf(() => hasty.post({ what: 'deploy', url, headers: {}, body: {} }, never));
    expect(failure).toMatchObject(again);
    expect(failure.message).toBe(`deploy: POST ${url} gave no whole answer within 200ms; ${reach}`);
  });

  test('ends at a port where nothing listens', async () => {
    const url = await serve(silence);
    await new Promise((closed) => server.close(closed));
    const failure = await failureOf(() => post(url));
    expect(failure).toMatchObject(again);
    expect(failure.message).toContain(
      `POST ${url} gave no whole answer (nothing listens there: connect ECONNREFUSED`,
    );
    expect(isAnswer(failure), 'nothing was asked').toBe(true);
  });

  test('ends at a host whose name is not known', async () => {
    const anywhere = { ...grants, checkUrl: () => undefined };
    const request = { what: 'deploy', url: `http://${'a'.repeat(64)}.example/`, headers: {}, body: {} };
    const failure = await failureOf(() => createHttp(anywhere).post(request, never));
    expect(failure).toMatchObject(again);
    expect(failure.message).toContain('the name of the host ');
  });
});

test('an effect is done at any 2xx, whatever the body', async () => {
  for (const talk of [answer('204 Done'), answer('200 OK', '<html>'), huge('202 Accepted')]) {
    await post(await serve(talk));
  }
});

describe('a question', () => {
  test('takes JSON, compressed or not', async () => {
    const body = '{"status":"ok","more":1}';
    expect(await get(await serve(answer('200 OK', body)))).toEqual({ status: 'ok' });
    const packed = answer('200 OK\r\ncontent-encoding: gzip', gzipSync(body));
    expect(await get(await serve(packed))).toEqual({ status: 'ok' });
  });

  test.each([
    ['no JSON', answer('200 OK', '<html>\r\n\u0000hello'), 'but with no JSON: <html> hello;'],
    ['nothing', answer('204 Nothing'), 'but with nothing, expected JSON;'],
    [
      'another shape',
      answer('200 OK', '{"status":7}'),
      'but status: Invalid input: expected string, received number, found 7;',
    ],
    ['endless JSON', huge('200 OK'), 'but with more than 1 MiB;'],
    [
      'a bomb',
      answer('200 OK\r\ncontent-encoding: gzip', gzipSync(' '.repeat(50_000_000))),
      'but with more than 1 MiB;',
    ],
  ])('may be asked again when the answer is %s', async (_, talk, text) => {
    const url = await serve(talk);
    const failure = await failureOf(() => get(url));
    expect(failure).toMatchObject(again);
    expect(failure.message).toMatch(/^check: GET http\S+ answered 20[04], but /);
    expect(failure.message).toContain(text);
    expect(failure.message).toContain('correct it there, then it is worth another try');
  });

  test('shows at most 200 characters of what it found', async () => {
    const url = await serve(answer('200 OK', JSON.stringify({ status: ['a'.repeat(5000)] })));
    expect((await failureOf(() => get(url))).message.length).toBeLessThan(500);
  });
});

describe('a call that is cancelled', () => {
  const reason = new Error('the rollout was aborted');

  test('does not begin', async () => {
    const url = await serve(answer('200 OK'));
    await expect(post(url, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(sockets).toEqual([]);
  });

  test.each([
    ['it waits for an answer', (begun: () => void) => begun],
    ['an answer trickles in', (begun: () => void) => trickle('200 OK', begun)],
  ])('rejects with the reason while %s, and closes its connection', async (_, talking) => {
    const cancel = new AbortController();
    let ended = Promise.resolve();
    await new Promise<void>((begun) => {
      void serve(talking(begun)).then((url) => {
        ended = expect(post(url, {}, cancel.signal)).rejects.toBe(reason);
      });
    });
    cancel.abort(reason);
    await ended;
    await vi.waitFor(() => {
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
    });
  });

  test('leaves no listener behind when it is not', async () => {
    const { signal } = new AbortController();
    await post(await serve(answer('200 OK')), {}, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a header', () => {
  test('is sent as the spec has it, or as the worker knows it', async () => {
    let head = '';
    const url = await serve((socket, text) => {
      head = text;
      answer('200 OK')(socket);
    });
    await post(url, { 'X-Team': 'shop', authorization: { secret: 'TOKEN' }, Accept: 'text/html' });
    expect(head).toMatch(/^POST \/app HTTP\/1\.1\r\n/);
    for (const line of [
      'X-Team: shop',
      'authorization: hush-hush',
      'Accept: text/html',
      'content-type: application/json',
      'user-agent: coalmine',
    ]) {
      expect(head.toLowerCase()).toContain(`\r\n${line.toLowerCase()}\r\n`);
    }
  });

  test('is not seen in a message, even if the answer echoes it', async () => {
    const echo = (socket: Socket, head: string) => {
      answer('400 Bad', `${'.'.repeat(190)}hush-hush ${head}`)(socket);
    };
    const failure = await failureOf(async () =>
      post(`${await serve(echo)}?key=k1`, { authorization: { secret: 'TOKEN' } }),
    );
    expect(failure.message).toContain('/app?… answered 400');
    expect(failure.message).not.toMatch(/hush|k1/);
    expect(failure.cause).toBeUndefined();
  });

  test('with a character that no header may have is refused without being shown', async () => {
    const url = await serve(answer('200 OK'));
    const failure = await failureOf(() => post(url, { authorization: { secret: 'BROKEN' } }));
    expect(failure).toMatchObject(refused);
    expect(failure.message).toContain('deploy: the value of the header authorization holds a character');
    expect(failure.message).not.toContain('lines');
    expect(sockets).toEqual([]);
  });
});

test('a host that the operator does not allow is not spoken to', async () => {
  const url = await serve(answer('200 OK'));
  const strict = createHttp(grantsOf(() => '', ['shop.example']));
  const failure = await failureOf(() => strict.post({ what: 'deploy', url, headers: {}, body: {} }, never));
  expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
  expect(sockets).toEqual([]);
});

test('a proxy that the environment names is not used', async () => {
  const url = await serve(answer('200 OK', '{"status":"direct"}'));
  vi.stubEnv('http_proxy', 'http://127.0.0.1:9');
  vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
  vi.stubEnv('no_proxy', '');
  vi.stubEnv('NO_PROXY', '');
  try {
    expect(await get(url)).toEqual({ status: 'direct' });
  } finally {
    vi.unstubAllEnvs();
  }
});
