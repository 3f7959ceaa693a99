/** What a target or a metrics source may answer in place of what it should. */
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Fault } from '../support/contract-target.ts';
import { anything, hostileTexts, nested, replaceWithin, ways } from './values.ts';

/** No answer goes on for longer (ms), or is larger (bytes). */
const longest = 15_000;
const largest = 40_000_000;

const status = fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 404, 409, 429, 500, 503);

/** A body as it is, whatever it is. */
const bodies: fc.Arbitrary<string> = fc.oneof(
  anything.map((value) => JSON.stringify(value)),
  hostileTexts,
  fc.integer({ min: 100, max: 100_000 }).map((levels) => nested(levels)),
  fc.integer({ min: 100, max: 20_000 }).map((levels) => nested(levels, '{"a":', '}').replace(':}', ':1}')),
  fc.integer({ min: 100, max: 3_000 }).map((length) => JSON.stringify(matrixOf(length))),
  fc.integer({ min: 100, max: 30_000 }).map((length) => JSON.stringify(histogramOf(length))),
);

function matrixOf(length: number): unknown {
  const values = Array.from({ length: 5 }, (_, index) => [Date.now() / 1000 - index, String(index)]);
  const result = Array.from({ length }, (_, index) => ({
    metric: { instance: `i${String(index)}`, le: String(index) },
    values,
  }));
  return { status: 'success', data: { resultType: 'matrix', result } };
}

function histogramOf(length: number): unknown {
  const buckets = Object.fromEntries(Array.from({ length }, (_, index) => [String(index / 1000), index]));
  return { errors: 1, requests: 100, latency: { ...buckets, '+Inf': length } };
}

const replies: fc.Arbitrary<Fault> = fc.oneof(
  fc.tuple(status, bodies).map(
    ([code, body]): Fault =>
      (response) =>
        end(response, code, body),
  ),
  fc.tuple(ways, anything).map(([way, value]): Fault => (response, act) => {
    const said = act();
    end(response, said.status, JSON.stringify(replaceWithin(said.body, way, value)));
  }),
  fc.tuple(ways, anything).map(
    ([way, value]): Fault =>
      (response) =>
        end(response, 200, JSON.stringify(replaceWithin(matrixOf(3), way, value))),
  ),
);

const breakages: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  // No answer.
  () => {},
  (response) => response.destroy(),
  (response) => response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'),
  (response) => response.socket?.end('\u0000\u0001garbage\r\n\r\n'),
  (response) => response.socket?.end('HTTP/1.1 999 \u001b[31mno\r\nContent-Length: -1\r\n\r\n'),
  (response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
  (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000, 32))),
  (response) => pour(response, 'x'),
  (response) => pour(response, 'HTTP/1.1 100 Continue\r\n\r\n', true),
  (response) => pour(response, `x-${'y'.repeat(60)}: ${'z'.repeat(900)}\r\n`, true),
);

/** Most are answers, right or twisted; null lets the right one through. */
export const answers: fc.Arbitrary<Fault | null> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 5, arbitrary: replies },
  { weight: 1, arbitrary: breakages },
);

function end(response: ServerResponse, code: number, body: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(code === 204 ? undefined : body);
}

/** Goes on until the other side has enough. */
function pour(response: ServerResponse, part: string, inHeaders = false): void {
  const to = inHeaders ? response.socket : response;
  if (to === null) return;
  if (inHeaders) to.write('HTTP/1.1 200 OK\r\n');
  else response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = part.repeat(Math.ceil(64_000 / part.length));
  const until = Date.now() + longest;
  const parts = function* (): Generator<string> {
    for (let sent = 0; sent < largest && Date.now() < until; sent += chunk.length) yield chunk;
  };
  pipeline(Readable.from(parts()), to, () => to.destroy());
}
