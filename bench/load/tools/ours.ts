import { connect } from '../../../activities/declared.ts';
import { createGrants } from '../../../activities/grants.ts';
import { load } from '../../../activities/load/registry.ts';
import { readConfig } from '../../../src/config.ts';
import type { LoadReport } from '../../../src/judge/samples.ts';
import type { Ask, Told, Tool } from './tool.ts';

const grants = createGrants(readConfig({ COALMINE_ALLOW_HOSTS: 'loopback' }));

export const ours: Tool = {
  name: 'Coalmine',
  holdsRate: true,
  missing: () => Promise.resolve(null),
  load: async (ask) => told(await generate(ask)),
};

/** What a report says of how long requests took, in milliseconds. */
export function told({ latency: { p50 = NaN, p90 = NaN, p99 = NaN } }: LoadReport): Told {
  return { p50, p90, p99 };
}

/** Calls the adapter as the activity `generateLoad` does in a worker. */
export function generate({ url, rate, seconds }: Omit<Ask, 'connections'>): Promise<LoadReport> {
  const duration = seconds * 1000;
  const plan = { type: 'http', url, method: 'GET', headers: {}, rate, duration, counted: true } as const;
  const from = Date.now();
  const release = { service: 'target', version: '1', stable: '1' };
  const run = { release, url, window: { from, to: from + duration }, movable: true, soFar: null };
  return connect(load.http, plan, grants, 'load http').generate(run, () => undefined, {
    signal: new AbortController().signal,
  });
}
