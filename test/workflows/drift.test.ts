/** What someone else changes in mid-release is seen in the chapter that is under way, not at the next shift. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { comparedErrors, createProcedure, type Procedure } from '../support/procedure.ts';
import { detailsOf } from '../support/latest-run.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
let world: World;
beforeEach(async () => {
  procedure = await createProcedure();
  world = new World();
});
afterEach(() => procedure.close());

const notify = [{ type: 'webhook' as const, url: 'http://127.0.0.1:1/hook' }];
const long: Partial<RolloutSpec> = { every: '30s', steps: [{ weight: 5, bake: '20m' }], notify };
const limited: Partial<RolloutSpec> = { ...long, metrics: [{ ...comparedErrors, max: '2%' }] };
const good = () => ({ events: 0, total: 10_000 });
const bad = () => ({ events: 5_000, total: 10_000 });
const staff = { header: { name: 'x-staff', value: '1' } };
const events = () => world.notices.map(({ event }) => event);

describe('a canary that gets more than was ordered is taken back, and the cause says what it got', () => {
  test.each([
    ['a weight that is higher', { weight: 40, audience: null }, '40%'],
    ['an audience of its own', { weight: 5, audience: staff }, '5% and header x-staff=1'],
  ])('%s', async (_, split, found) => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.split = split;
      await procedure.env.sleep('2m');
      const { outcome, cause, verified } = await run.result();
      expect({ outcome, verified }).toEqual({ outcome: 'rolled-back', verified: true });
      expect(cause).toBe(
        `the split is no longer the one that was ordered: the canary gets ${found} in place of 5%`,
      );
      expect(world.split).toEqual({ weight: 0, audience: null });
      expect(events()).toEqual(['split-changed', 'ended']);
    });
  });

  test('while it is paused', async () => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      await run.send('pause');
      world.split = { weight: 100, audience: null };
      await procedure.env.sleep('2m');
      expect((await run.result()).outcome).toBe('rolled-back');
    });
  });

  test('at a gate', async () => {
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 5, bake: '1m' }, { approve: 'go' }] });
      await procedure.env.sleep('2m');
      await run.until('waiting');
      world.split = { weight: 6, audience: null };
      await procedure.env.sleep('2m');
      expect((await run.result()).outcome).toBe('rolled-back');
    });
  });
});

describe('a split that gives the canary less is no evidence', () => {
  test('the weight is held and nothing bakes, until the split is in force again', async () => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.split = { weight: 0, audience: null };
      await procedure.env.sleep('2m');
      const held = await run.until('holding');
      expect(held).toMatchObject({ held: 'split-changed', weight: 5, splitNow: { weight: 0 } });
      expect(held.doing).toContain('the canary gets 0% in place of 5%, which shows nothing about this step');
      expect(await detailsOf(procedure, run)).toContain('0%');
      const { baked = 0 } = held.bake ?? {};
      await procedure.env.sleep('14m');
      expect((await run.status()).bake?.baked).toBe(baked);
      expect(world.effects).toEqual(['deploy v2 5', 'split 5']);
      world.split = { weight: 5, audience: null };
      await procedure.env.sleep('11m');
      expect(await run.until('baking')).not.toHaveProperty('splitNow');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(events()).toEqual(['split-changed', 'ended']);
    });
  });

  test('resume puts it in force', async () => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.split = { weight: 1, audience: null };
      await procedure.env.sleep('2m');
      await run.until('holding');
      expect(await run.send('resume')).toMatchObject({ handled: true });
      await run.until('baking');
      expect(world.effects).toEqual(['deploy v2 5', 'split 5', 'split 5']);
      expect((await run.result()).outcome).toBe('promoted');
    });
  });

  test('a limit that is exceeded meanwhile takes the canary back', async () => {
    world.measure = good;
    await procedure.with(world, async (start) => {
      const run = await start(limited);
      await run.until('baking');
      world.split = { weight: 1, audience: null };
      await procedure.env.sleep('2m');
      await run.until('holding');
      world.measure = bad;
      await procedure.env.sleep('15m');
      expect((await run.result()).outcome).toBe('rolled-back');
    });
  });
});

describe('stable is down during a trial', () => {
  test('a comparison with it is no evidence, and it goes on once stable answers again', async () => {
    await procedure.with(world, async (start) => {
      world.measure = (_metric, track) => ({ events: track === 'stable' ? 60 : 50, total: 1_000 });
      const run = await start({
        ...long,
        metrics: [{ ...comparedErrors, failAbove: 1.25, passBelow: 1.5, noise: { dispersion: 1 } }],
        steps: [{ weight: 5, bake: { min: '5m', max: '20m' } }],
      });
      await run.until('baking');
      world.stableAlive = false;
      world.measure = (_metric, track) => ({ events: track === 'stable' ? 1_000 : 50, total: 1_000 });
      await procedure.env.sleep('2m');
      const held = await run.until('holding');
      expect(held).toMatchObject({ held: 'stable-down', weight: 5, stableDown: true });
      expect(held.doing).toContain(
        'stable v1 is down: no copy of it answers, so there is nothing to go back to',
      );
      await procedure.env.sleep('14m');
      expect(await run.status()).toMatchObject({ phase: 'holding', held: 'stable-down' });
      world.stableAlive = true;
      await procedure.env.sleep('11m');
      expect(await run.until('baking')).not.toHaveProperty('stableDown');
      expect(events()).toEqual(['stable-down']);
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    });
  });

  test('a canary that fails stays where it is until a person has said what to do, and says why', async () => {
    world.measure = good;
    await procedure.with(world, async (start) => {
      const run = await start(limited);
      await run.until('baking');
      world.stableAlive = false;
      await procedure.env.sleep('2m');
      await run.until('holding');
      world.measure = bad;
      await procedure.env.sleep('15m');
      const { doing } = await run.until(({ doing }) => doing.includes('the canary fails'));
      expect(doing).toContain('abort to give stable the traffic all the same');
      expect(world.split.weight).toBe(5);
      world.stableAlive = true;
      await procedure.env.sleep('11m');
      expect(await run.result()).toMatchObject({ outcome: 'rolled-back', verified: true });
    });
  });

  test('a person may promote over it', async () => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.stableAlive = false;
      await procedure.env.sleep('2m');
      await run.until('holding');
      await run.signal('promote', { by: 'ann' });
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    });
  });

  test('that the traffic was moved to the canary by hand then does not send it back to nothing', async () => {
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.stableAlive = false;
      world.split = { weight: 100, audience: null };
      await procedure.env.sleep('2m');
      const { doing } = await run.until('holding');
      expect(doing).toContain('the canary gets 100% in place of 5%');
      expect(world.split.weight).toBe(100);
      await run.signal('promote');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    });
  });
});

test('a stable that goes down while it is kept is said at once, and is replaced only when a person says so', async () => {
  await procedure.with(world, async (start) => {
    const run = await start({ ...long, promote: 'swap', keepStable: '10m', steps: [{ approve: 'switch' }] });
    await run.until('waiting');
    await run.send('approve');
    await run.until('keeping');
    world.stableAlive = false;
    await procedure.env.sleep('2m');
    expect(await run.until('holding')).toMatchObject({ held: 'stable-down', weight: 100 });
    expect(events()).toEqual(['gate-opened', 'stable-down']);
    await procedure.env.sleep('15m');
    expect(world.stable).toEqual(['v1']);
    await run.signal('promote');
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
  });
});

test('a canary that someone else has given another version is taken back', async () => {
  await procedure.with(world, async (start) => {
    const run = await start(long);
    await run.until('baking');
    world.canary = ['v3'];
    await procedure.env.sleep('2m');
    expect(await run.result()).toMatchObject({
      outcome: 'rolled-back',
      cause: 'the canary runs v3, and the rollout has deployed v2',
    });
  });
});

test('a hotfix of stable in mid-bake is told of at once', async () => {
  await procedure.with(world, async (start) => {
    const run = await start(long);
    await run.until('baking');
    world.stable = ['v1.1'];
    await procedure.env.sleep('4m');
    expect(await run.until(({ stableNow }) => stableNow === 'v1.1')).toMatchObject({ phase: 'baking' });
    expect(events()).toEqual(['stable-changed']);
  });
});

test('a target that cannot be read in mid-bake changes nothing, and the status says so', async () => {
  await procedure.with(world, async (start) => {
    const run = await start(long);
    await run.until('baking');
    world.failAlways('read', 'unavailable');
    await procedure.env.sleep('15m');
    expect((await run.status()).phase).toBe('baking');
    world.failAlways('read', 'none');
    expect((await run.result()).outcome).toBe('promoted');
  });
});
