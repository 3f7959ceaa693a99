import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { metrics } from '../../../activities/metrics/registry.ts';
import type { Look, MetricOf, Metrics } from '../../../activities/ports.ts';
import { connected, grantsOf } from '../../support/grants.ts';

export interface Source {
  url: string;
  /** The path and query of every request that came. */
  asked: string[];
  /** From now on every request is answered with this JSON, or by this listener. */
  answer: (answer: object | RequestListener) => void;
}

/** Something to be measured, for the length of a test. */
export async function startSource(): Promise<Source> {
  const asked: string[] = [];
  let listener: RequestListener = (_request, response) => response.end('{}');
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    listener(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    answer(next) {
      listener = typeof next === 'function' ? (next as RequestListener) : replying(next);
    },
  };
}

function replying(body: object): RequestListener {
  return (_request, response) => response.end(JSON.stringify(body));
}

const grants = grantsOf((name) => {
  if (name !== 'TOKEN') throw new Error(`${name} is not on the list`);
  return 'hush-hush';
});

export const connect = (metric: MetricOf<'http'>): Metrics => connected(metrics.http, metric, grants);
export const never = new AbortController().signal;

/** Looks at a source that is asked and does not answer before the signal, and expects its reason at once. */
export async function expectThrowsAtSignal(metric: (url: string) => Metrics): Promise<void> {
  const source = await startSource();
  const abort = new AbortController();
  const reason = new Error('cancelled');
  source.answer(() => {
    abort.abort(reason);
  });
  await expect(metric(source.url).collect(look(), { signal: abort.signal })).rejects.toBe(reason);
}

export function look(of: Partial<Look> = {}): Look {
  const release = { service: 'shop/checkout', version: '2.4.0', stable: '2.3.9' };
  const window = { from: 0, to: 10_000 };
  return { release, tracks: ['canary'], window, cursor: null, report: null, ...of };
}
