/** Answers that are meant to hurt the sender, and are counted as what they are. */
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { load } from '../../../activities/load/registry.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { runFor } from './contract.ts';
import { endless, startRawServer } from './raw-server.ts';

const head = 'HTTP/1.1 200 OK\r\n';

function drip(first: string, part: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(first);
    const dripping = setInterval(() => socket.write(part), 100);
    socket.on('close', () => clearInterval(dripping));
  };
}

const bomb = gzipSync(Buffer.alloc(50_000_000));

const cases: [name: string, answer: (socket: Socket) => void, ending: string | null][] = [
  ['a body without an end', endless(`${head}\r\n`, 'x'), 'oversized'],
  ['a body of 9 EB', endless(`${head}content-length: 9000000000000000000\r\n\r\n`, 'x'), 'oversized'],
  [
    'chunks without an end',
    endless(`${head}transfer-encoding: chunked\r\n\r\n`, '4\r\nabcd\r\n'),
    'oversized',
  ],
  ['headers without an end', endless(head, 'x-more: of the same\r\n'), 'oversized'],
  ['headers of a byte without an end', endless(head, 'a:\r\n'), 'oversized'],
  [
    'trailers without an end',
    endless(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`, 'a:\r\n'),
    'oversized',
  ],
  ['early hints with a header', endless('', 'HTTP/1.1 103 E\r\na:\r\nb:\r\n\r\n'), 'oversized'],
  ['one header without an end', endless(`${head}x-long: `, 'y'), 'oversized'],
  ['answers that say that another one comes', endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n'), 'oversized'],
  ['a status line without an end', endless('HTTP/1.1 200 ', 'OK'), 'oversized'],
  ['no HTTP at all', (socket) => socket.end('\u0000\u0001garbage'), 'connection'],
  [
    'a chunk of a negative size',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n-1\r\n`),
    'connection',
  ],
  ['half an answer', (socket) => socket.end(`${head}content-length: 100\r\n\r\nhalf`), 'connection'],
  [
    'a body that is large once it is unpacked',
    (socket) => {
      socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${String(bomb.length)}\r\n\r\n`);
      socket.write(bomb);
    },
    null,
  ],
  ['a body drop by drop', drip(`${head}\r\n`, 'x'), 'timeout'],
  ['headers drop by drop', drip(head, 'x'), 'timeout'],
  [
    'the extension of a chunk, drop by drop',
    drip(`${head}transfer-encoding: chunked\r\n\r\n4;x=`, 'y'),
    'timeout',
  ],
];

// Those that drip take as long as a request may.
describe.concurrent('a canary that answers with', () => {
  test.for(cases)('%s', async ([, answer, ending], context) => {
    const url = await startRawServer(answer, context);
    const adapter = connected(
      load.http,
      { type: 'http', counted: true, method: 'GET', headers: {}, rate: 10, duration: 500 },
      grantsOf(() => ''),
    );
    const { requests, errors, classes, window } = await adapter.generate(runFor(500, url), () => undefined, {
      signal: new AbortController().signal,
    });
    expect(requests).toBeGreaterThan(1);
    expect(errors).toBe(ending === null ? 0 : requests);
    // On a machine that is slow to pour, one may be over time before it is over size.
    const { timeout = 0, ...others } = classes;
    if (ending !== 'timeout') expect(timeout).toBeLessThan(Math.max(1, errors));
    expect(Object.keys(others)).toEqual(ending === null || ending === 'timeout' ? [] : [ending]);
    expect(Date.now() - window.to).toBeLessThan(40_000);
  });
});
