import { createGrants } from '../../../activities/grants.ts';
import { load } from '../../../activities/load/registry.ts';
import type { LoadReport } from '../../../src/domain/samples.ts';
import type { Ask, Tool } from './tool.ts';

const grants = createGrants({ allowHosts: ['loopback'], secret: () => '' });

export const ours: Tool = {
  name: 'Coalmine',
  holdsRate: true,
  missing: () => Promise.resolve(null),
  load: async (ask) => (await generate(ask)).latency,
};

/** Calls the adapter as the activity `generateLoad` does in a worker. */
export function generate({ url, rate, seconds }: Omit<Ask, 'connections'>): Promise<LoadReport> {
  const duration = seconds * 1000;
  const plan = { type: 'http', url, method: 'GET', headers: {}, rate, duration } as const;
  const from = Date.now();
  const run = { url, window: { from, to: from + duration }, soFar: null };
  return load.http(plan, grants).generate(run, () => undefined, { signal: new AbortController().signal });
}
