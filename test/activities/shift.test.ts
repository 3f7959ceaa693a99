import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { effects, type Done } from '../../activities/effects.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import type { Backends } from '../../activities/ports.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { everything } from '../support/grants.ts';
import { World } from '../support/world.ts';

const within = 1_000;

function shift(world: World, split: Split = { weight: 5, audience: null }): Promise<Done> {
  const plan = completeSpec({
    service: 'checkout',
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:9/' },
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:9/' } }],
    steps: [{ weight: 5, bake: '1m' }],
  });
  const activities = effects({
    adapters: world.adapters,
    grants: everything,
    clock: systemClock,
    loadTurns: new LoadTurns(100),
  });
  const release = { service: 'checkout', version: 'v2', stable: 'v1' };
  const env = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() });
  return env.run(() =>
    activities.shiftTraffic({ plan, release, fence: { epoch: 1, number: 1 }, within, split }),
  );
}

test('a shift says what stable runs beside it', async () => {
  expect(await shift(new World())).toMatchObject({ stable: { versions: ['v1'] } });
});

test.each(['hang', 'unavailable', 'refused'] as const)(
  'a question about stable that ends as %s neither undoes a shift nor outlasts its time',
  { timeout: 5 * within },
  async (fault) => {
    const world = new World();
    world.failAlways('check', fault);
    expect(await shift(world)).toMatchObject({ stable: null });
    expect(world.split).toEqual({ weight: 5, audience: null });
  },
);

test.each<[string, Split, Backends]>([
  ['a weight', { weight: 5, audience: null }, { canary: ['http://c1', 'http://c2'], baseline: [] }],
  [
    'an audience alone',
    { weight: 0, audience: { path: '/beta' } },
    { canary: ['http://c1', 'http://c2'], baseline: [] },
  ],
  [
    'a baseline beside it',
    { weight: 5, audience: null, baseline: 5 },
    { canary: ['http://c1', 'http://c2'], baseline: ['http://b1'] },
  ],
])('a splitter that has to be told hears with %s where the copies are', async (_, split, told) => {
  const world = new World();
  world.addresses = { canary: ['http://c1', 'http://c2'], baseline: ['http://b1'] };
  await shift(world, split);
  expect(world.backends).toEqual(told);
});

test('traffic that goes back asks the target nothing', async () => {
  const world = new World();
  world.addresses = { canary: ['http://c1'], baseline: [] };
  world.failAlways('check', 'hang');
  await shift(world, { weight: 0, audience: null });
  expect(world.backends).toEqual({ canary: [], baseline: [] });
});
