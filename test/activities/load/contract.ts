import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Load, LoadRun } from '../../../activities/ports.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import { failureOf } from '../../support/failures.ts';
import { startLoaded } from './server.ts';

const release = { service: 'shop', version: '2', stable: '1' };
const never = new AbortController().signal;

/** A run that begins now and lasts so many milliseconds. */
export function runFor(lasts: number, url: string, soFar: LoadReport | null = null): LoadRun {
  const now = Date.now();
  return { release, url, window: { from: soFar?.window.from ?? now, to: now + lasts }, movable: true, soFar };
}

/** What a Load guarantees, tried with real requests; `connect` makes one of this many requests a second. */
export function loadContract(name: string, connect: (rate: number) => Load): void {
  const generate = (
    rate: number,
    run: LoadRun,
    progress: (soFar: LoadReport) => void = () => undefined,
    signal = never,
  ): Promise<LoadReport> => connect(rate).generate(run, progress, { signal });

  describe(`the load ${name}`, () => {
    test('counts every request once, at no more than the rate', async () => {
      const server = await startLoaded((_request, response) => response.end('ok'));
      const run = runFor(2000, server.url);
      const report = await generate(30, run);
      expect(report.requests).toBe(server.came.length);
      expect(report.requests).toBeGreaterThan(20);
      expect(report.requests).toBeLessThanOrEqual(60);
      expect(report.requests + report.missed).toBeGreaterThanOrEqual(60);
      expect(report).toMatchObject({ errors: 0, classes: {} });
      expect(report.window.to - report.window.from).toBe(2000);
      expect(report.window.from).toBeGreaterThanOrEqual(run.window.from);
      expect(report.latency.n).toBe(report.requests);
    });

    test('counts what failed, by class', async () => {
      let next = 0;
      const server = await startLoaded((_request, response) => {
        response.writeHead(next++ % 2 === 0 ? 200 : 503).end();
      });
      const report = await generate(20, runFor(1000, server.url));
      expect(report.requests).toBe(server.came.length);
      expect(report.errors).toBe(Math.floor(report.requests / 2));
      expect(report.classes).toEqual({ '5xx': report.errors });
    });

    test('sends nothing when the window is over', async () => {
      const server = await startLoaded((_request, response) => response.end('ok'));
      expect(await generate(50, runFor(-1000, server.url))).toMatchObject({ requests: 0, errors: 0 });
      expect(server.came).toEqual([]);
    });

    test('ends soon at the signal, with its reason', async () => {
      const abort = new AbortController();
      const reason = new Error('cancelled');
      const server = await startLoaded(() => {
        abort.abort(reason);
      });
      const run = runFor(60_000, server.url);
      await expect(generate(5, run, undefined, abort.signal)).rejects.toBe(reason);
      expect(Date.now()).toBeLessThan(run.window.to - 30_000);
      // What was sent by then may still be on its way.
      await sleep(300);
      const came = server.came.length;
      await expect(generate(5, run, undefined, abort.signal)).rejects.toBe(reason);
      await sleep(300);
      expect(server.came).toHaveLength(came);
    });

    test('tells each second all that it has seen, and adds to what an earlier attempt had', async () => {
      const server = await startLoaded((_request, response) => response.end('ok'));
      const seen: LoadReport[] = [];
      const abort = new AbortController();
      const run = runFor(60_000, server.url);
      const first = generate(20, run, (soFar) => seen.push(soFar), abort.signal);
      first.catch(() => undefined);
      await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1), 30_000);
      abort.abort(new Error('the worker died'));
      await expect(first).rejects.toThrow('the worker died');
      const [earlier, later] = seen as [LoadReport, LoadReport];
      expect(later.window.from).toBe(earlier.window.from);
      expect(later.window.to - earlier.window.to).toBeLessThan(1900);

      const soFar = JSON.parse(
        JSON.stringify({ ...later, requests: 40, errors: 3, classes: { '5xx': 3 } }),
      ) as LoadReport;
      const next = await startLoaded((_request, response) => response.end('ok'));
      const report = await generate(20, runFor(3000, next.url, soFar));
      expect(report.requests).toBe(40 + next.came.length);
      expect(report).toMatchObject({ errors: 3, classes: { '5xx': 3 } });
      expect(report.window.from).toBe(earlier.window.from);
    });

    test('goes to no host that the worker does not allow', async () => {
      const failure = await failureOf(() => generate(10, runFor(300, 'http://198.51.100.1/')));
      expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    });
  });
}
