/** Answers that are costly to read: that costs their own load something, and nothing else in the worker's process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { load } from '../../../activities/load/registry.ts';
import { failureOf } from '../../support/failures.ts';
import { connected, grantsOf } from '../../support/grants.ts';
import { killed } from '../../support/worker-process.ts';
import { runFor } from './contract.ts';
import type { Cost } from './loading.ts';
import { endless, startRawServer } from './raw-server.ts';
import { startLoaded } from './server.ts';

const program = fileURLToPath(new URL('loading.ts', import.meta.url));

/** Loads these from a process of its own, at 500 a second each; `started` gets what aborts them. */
async function costOf(
  lasts: number,
  urls: string[],
  started: (abort: () => void) => void = () => undefined,
): Promise<Cost> {
  const args = ['--import', 'tsx', program, '500', String(lasts), ...urls];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => killed(child));
  started(() => child.stdin.write('abort'));
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(said) as Cost;
}

const head = 'HTTP/1.1 200 OK\r\n';
const hints = 'HTTP/1.1 103 E\r\na:\r\nb:\r\n\r\n';

const costly: [name: string, answer: (socket: Socket) => void][] = [
  ['four thousand headers', (socket) => socket.end(`${head}${'a:\r\n'.repeat(4000)}\r\n`)],
  ['headers of a byte without an end', endless(head, 'a:\r\n')],
  ['headers with values of a byte', endless(head, 'a:b\r\n')],
  ['early hints with headers', endless('', hints)],
  ['trailers', endless(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`, 'a:\r\n')],
  [
    'trailers after early hints',
    endless(`${hints}${head}transfer-encoding: chunked\r\n\r\n0\r\n`, 'b:c\r\n'),
  ],
];

const refusal = {
  type: 'TargetRefused',
  nonRetryable: true,
  message: expect.stringMatching(
    /^load: the answers of http:\/\/127\.0\.0\.1:\d+ at 500 req\/s (took more than 256 MiB of memory to read|kept the thread that reads them busy for more than 30s); /,
  ) as string,
};

test.for(costly)('%s, 500 times a second, cost nobody but their load', async ([, answer], context) => {
  const url = await startRawServer(answer, context);
  const other = await startLoaded((_request, response) => response.end('ok'));
  const { ends, busy, stoodStill, memory } = await costOf(2000, [url, other.url]);
  const [costly, beside] = ends;
  if (costly !== undefined && 'report' in costly)
    expect(costly.report.requests + costly.report.missed).toBe(1000);
  else expect(costly).toEqual({ failure: refusal });
  expect(beside).toMatchObject({ report: { requests: other.came.length } });
  // Some milliseconds, on a machine with nothing else to do.
  expect(busy).toBeLessThan(0.3);
  expect(stoodStill).toBeLessThan(1500);
  expect(memory).toBeLessThan(700);
});

test('an abort ends a load at once, whatever its thread is busy with', async (context) => {
  let asked = 0;
  const answer = endless(head, 'a:\r\n');
  let busy = (): void => undefined;
  const url = await startRawServer((socket) => {
    asked += 1;
    if (asked === 50) busy();
    answer(socket);
  }, context);
  const { endedAfter, ends } = await costOf(60_000, [url], (abort) => (busy = abort));
  expect(ends).toMatchObject([{ failure: { message: 'aborted' } }]);
  expect(endedAfter).toBeLessThan(1500);
});

test('a thread that says nothing for half a minute is ended, and its load refused', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const server = await startLoaded((_request, response) => response.end('ok'));
  const plan = {
    type: 'http',
    counted: true,
    method: 'GET',
    headers: {},
    rate: 500,
    duration: 60_000,
  } as const;
  const failed = failureOf(() =>
    connected(
      load.http,
      plan,
      grantsOf(() => ''),
    ).generate(runFor(60_000, server.url), () => undefined, { signal: new AbortController().signal }),
  );
  vi.advanceTimersByTime(31_000);
  expect(await failed).toMatchObject(refusal);
});
