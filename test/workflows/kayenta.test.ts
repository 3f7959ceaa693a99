import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Track } from '../../src/domain/rollout.ts';
import type { Reading, Window } from '../../src/judge/samples.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { scoring } from '../support/kayenta.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const scored: Partial<RolloutSpec> = {
  judge: {
    type: 'kayenta',
    lookback: '10m',
    config: scoring('error-rate'),
  },
  metrics: [
    {
      name: 'error-rate',
      kind: 'rate',
      source: { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.e', total: '$.t' },
    },
    {
      name: 'monitor',
      kind: 'status',
      source: { type: 'http', url: 'http://127.0.0.1:1/monitor' },
    },
  ],
  steps: [
    { weight: 5, bake: '6m' },
    { weight: 50, bake: { min: '1m', max: '30m' } },
    { weight: 100, bake: '1m' },
  ],
};

/** One request in a hundred goes wrong, a little more or less from tick to tick; the canary's so many times as often. */
function errors(track: Track, { from }: Window, times: number): Reading {
  const wave = ((from / 10_000) * (track === 'canary' ? 7 : 5)) % 11;
  return { events: Math.round((100 + wave) * (track === 'canary' ? times : 1)), total: 10_000 };
}

test('a version whose score is good goes through the steps, and is promoted', async () => {
  const world = new World();
  world.measure = (metric, track, window) =>
    metric === 'monitor' ? { status: 'ok' } : errors(track, window, 1);
  await procedure.with(world, async (start) => {
    const result = await (await start(scored)).result();
    expect(result).toMatchObject({ outcome: 'promoted', verified: true });
    expect(result.steps.map(({ because }) => because)).toEqual([
      expect.stringMatching(
        /Kayenta: score 100 \(pass from 80, fail up to 50; errors 100\): every metric passes/,
      ),
      expect.stringContaining('Kayenta: score 100'),
      expect.stringContaining('monitor: "ok"'),
    ]);
    expect(world).toMatchObject({ stable: ['v2'], canary: [] });
  });
});

test('a version that gets worse at a higher weight is taken back by its score', async () => {
  const world = new World();
  world.measure = (metric, track, window) =>
    metric === 'monitor' ? { status: 'ok' } : errors(track, window, world.split.weight >= 50 ? 3 : 1);
  await procedure.with(world, async (start) => {
    const run = await start(scored);
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
    expect(result.cause).toMatch(
      /Kayenta: score 0 \(pass from 80, fail up to 50; errors 0\): error-rate is High, which is critical \(\d\.?\d* × stable's, /,
    );
    expect(world).toMatchObject({ stable: ['v1'], canary: [], highest: 50 });
    const { verdict } = await run.status();
    expect(verdict?.metrics.map(({ name, kind }) => [name, kind])).toEqual([
      ['monitor', 'pass'],
      ['Kayenta', 'fail'],
      ['error-rate', 'fail'],
    ]);
  });
});
