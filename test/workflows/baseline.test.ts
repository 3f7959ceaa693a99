import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Track } from '../../src/domain/rollout.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const spec: Partial<RolloutSpec> = {
  baseline: 'fresh',
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      source: { type: 'http', url: 'http://127.0.0.1:1/$track', events: '$.errors', total: '$.requests' },
    },
  ],
  steps: [
    { weight: 5, bake: '10m' },
    { weight: 60, bake: '10m' },
  ],
};

/** The canary is as bad as is said, and the copies of stable that have run for long are worse than fresh ones. */
function worldWhere(canary: number): World {
  const world = new World();
  const rate = { stable: 0.05, baseline: 0.01, canary };
  world.measure = (_, track) => {
    const { weight, baseline = 0 } = world.split;
    const total = 100 * { stable: 100 - weight - baseline, baseline, canary: weight }[track];
    return { events: Math.round(total * rate[track]), total };
  };
  return world;
}

test('the canary is compared with a fresh copy of stable, started, sized and given traffic as it is', async () => {
  const world = worldWhere(0.01);
  const asked = new Set<Track>();
  const { measure } = world;
  world.measure = (metric, track, window) => {
    asked.add(track);
    return measure(metric, track, window);
  };
  await procedure.with(world, async (start) => {
    const run = await start(spec);
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(world.effects).toEqual([
      'deploy v2 5 and v1 5',
      'split 5 baseline 5',
      'deploy v2 60 and v1 60',
      'split 60 baseline 40',
      'promote v2',
      'split 0',
      'remove',
    ]);
    expect(asked).toEqual(new Set(['canary', 'baseline']));
    expect(world).toMatchObject({ canary: [], baseline: [], split: { weight: 0 } });
  });
});

test('a canary that is worse than a fresh copy is taken back, though stable is worse still, and nothing is left', async () => {
  const world = worldWhere(0.04);
  await procedure.with(world, async (start) => {
    const run = await start(spec);
    const { outcome, verified, cause } = await run.result();
    expect({ outcome, verified }).toEqual({ outcome: 'rolled-back', verified: true });
    expect(cause).toMatch(/^errors: 4 × stable's/);
    expect(world.effects.slice(-2)).toEqual(['split 0', 'remove']);
    expect(world).toMatchObject({ stable: ['v1'], canary: [], baseline: [] });
    const { baseline } = await run.status();
    expect(baseline).toBe(0);
  });
});

test('a baseline that is seen at the end is taken away once more before the rollout ends', async () => {
  const world = worldWhere(0.01);
  await procedure.with(world, async (start) => {
    const run = await start(spec);
    await run.until('baking');
    world.baselineSeen = [[], ['v1']];
    await run.send('abort');
    expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(world.calls.remove).toBe(2);
    expect(world.baseline).toEqual([]);
  });
});

test('a target that knows of no baseline is refused before anything is touched', async () => {
  const world = worldWhere(0.01);
  world.baseline = world.stable;
  await procedure.with(world, async (start) => {
    const { outcome, cause } = await (await start(spec)).result();
    expect(outcome).toBe('rolled-back');
    expect(cause).toContain('asked for track=baseline of shop');
    expect(cause).toContain('leave baseline out if the target knows of none');
    expect(world.effects).toEqual([]);
  });
});
