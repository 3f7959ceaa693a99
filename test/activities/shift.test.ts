import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { effects, type Done } from '../../activities/effects.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import { everything } from '../support/grants.ts';
import { World } from '../support/world.ts';

const within = 1_000;

function shift(world: World): Promise<Done> {
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
  const split = { weight: 5, audience: null };
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
