import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { generateLoad, type LoadResult } from '../../activities/generate-load.ts';
import { systemClock } from '../../activities/adapters.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import { unpackTicks } from '../../src/domain/ticks.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import { grantsOf } from '../support/grants.ts';
import { World } from '../support/world.ts';

test('a test whose turn does not come gives no signal, and says why', async () => {
  const { load, metrics, service, version } = completeSpec({
    service: 'checkout',
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:9/' },
    load: { type: 'http', path: '/', rate: '20/s', duration: '5s' },
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:9/health' } }],
    steps: [{ weight: 5, bake: '1m' }],
  });
  const loadTurns = new LoadTurns(100, 50);
  await loadTurns.turn(2000, new AbortController().signal);
  const activity = generateLoad({ ...outside(), loadTurns });
  const now = Date.now();
  const result: LoadResult = await new MockActivityEnvironment({ scheduledTimestampMs: now }).run(activity, {
    load: load!,
    metrics: metrics.filter(({ source }) => source.type === 'load'),
    release: { service, version, stable: 'v1' },
    url: 'http://127.0.0.1:9/',
    window: { from: now, to: now + 5_000 },
    movable: true,
  });
  expect(result).toMatchObject({ requests: 0, missed: 100, errors: 0 });
  expect(result.waited).toBeGreaterThanOrEqual(50);
  expect(unpackTicks(result.row)[0]?.metrics['load-errors']?.canary).toEqual({
    missing: expect.stringMatching(/^the load did not get its turn within .*COALMINE_LOAD_RATE/) as string,
  });
});

function outside() {
  return { adapters: new World().adapters, grants: grantsOf(() => ''), clock: systemClock };
}
