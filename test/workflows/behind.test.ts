/** A target that cannot replace stable under traffic: the canary takes all of it meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
let world: World;
beforeEach(async () => {
  procedure = await createProcedure();
  world = new World();
  world.replacesBehind = true;
});
afterEach(() => procedure.close());

const small: Partial<RolloutSpec> = { steps: [{ weight: 5, bake: '1m' }] };
const restored = { stable: ['v1'], canary: [], split: { weight: 0, audience: null } };
const promoted = { stable: ['v2'], canary: [], split: { weight: 0, audience: null } };
const stepped = ['deploy v2 5', 'split 5'];
const back = ['split 0', 'remove'];

test('stable is replaced only while the canary has its size and all of the traffic', async () => {
  await procedure.with(world, async (start) => {
    world.atPromotion = () => {
      expect(world).toMatchObject({ share: 100, split: { weight: 100 } });
    };
    expect(await (await start(small)).result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(world.effects).toEqual([...stepped, 'deploy v2 100', 'split 100', 'promote v2', ...back]);
    expect(world).toMatchObject(promoted);
  });
});

test('after a swap, too', async () => {
  await procedure.with(world, async (start) => {
    const run = await start({ ...small, promote: 'swap', keepStable: '10m' });
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    const all = [
      'deploy v2 100',
      'split 5',
      'split 100',
      'deploy v2 100',
      'split 100',
      'promote v2',
      ...back,
    ];
    expect(world.effects).toEqual(all);
  });
});

test('where nothing splits, nothing is different', async () => {
  world.can.split = false;
  await procedure.with(world, async (start) => {
    expect((await (await start({ steps: [{ bake: '1m' }] })).result()).outcome).toBe('promoted');
    expect(world.effects).not.toContain('split 100');
    expect(world.effects).toContain('promote v2');
  });
});

test('at a first release there is nothing to be behind', async () => {
  world.stable = [];
  await procedure.with(world, async (start) => {
    expect((await (await start({ ...small, first: true })).result()).outcome).toBe('promoted');
    expect(world.effects).not.toContain('split 100');
  });
});

describe('a fault', () => {
  test.each([
    ['while the canary is made as large as stable', 'deploy', [...stepped, ...back]],
    ['while it is given all traffic', 'split', [...stepped, 'deploy v2 100', ...back]],
    [
      'before the first copy of stable is replaced',
      'promote',
      [...stepped, 'deploy v2 100', 'split 100', ...back],
    ],
  ] as const)('%s takes the canary back', async (_, call, effects) => {
    world.fail(call, ...(call === 'promote' ? [] : ['none' as const]), 'refused');
    await procedure.with(world, async (start) => {
      expect(await (await start(small)).result()).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(world.effects).toEqual(effects);
      expect(world).toMatchObject(restored);
    });
  });

  test('that leaves stable half replaced calls a person, with all traffic on the canary; promote goes on', async () => {
    world.failAlways('promote', 'refused');
    world.atPromotion = () => (world.stable = ['v1', 'v2']);
    await procedure.with(world, async (start) => {
      const run = await start(small);
      await procedure.env.sleep('62s');
      expect((await run.until('halted')).weight).toBe(100);
      expect(world.split.weight).toBe(100);
      world.failAlways('promote', 'none');
      await run.send('promote');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world).toMatchObject(promoted);
    });
  });

  test('that leaves stable half replaced is undone by abort once stable is the earlier version again', async () => {
    world.failAlways('promote', 'refused');
    world.atPromotion = () => (world.stable = ['v1', 'v2']);
    await procedure.with(world, async (start) => {
      const run = await start(small);
      await procedure.env.sleep('62s');
      await run.until('halted');
      await run.send('abort');
      await procedure.env.sleep('62s');
      await run.until('halted');
      expect(world.split.weight).toBe(100);
      world.stable = ['v1'];
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world).toMatchObject(restored);
    });
  });

  test('in giving traffic back is tried again until stable has it', async () => {
    await procedure.with(world, async (start) => {
      world.fail('split', 'none', 'none', 'refused', 'refused');
      expect(await (await start(small)).result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world).toMatchObject(promoted);
    });
  });
});

test('an abort while the canary has all traffic, and stable is untouched, gives it back', async () => {
  world.can.fence = false;
  await procedure.with(world, async (start) => {
    // An attempt without an answer: what comes next waits until that one cannot act any more.
    world.fail('split', 'none', 'unavailable');
    const run = await start(small);
    await procedure.env.sleep('62s');
    const waiting = await run.until(({ doing }) => doing.includes('Waiting until'));
    expect(waiting).toMatchObject({ phase: 'promoting', weight: 100 });
    expect(world.effects.at(-1)).toBe('split 100');
    await run.send('abort');
    expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    expect(world.effects).toEqual([...stepped, 'deploy v2 100', 'split 100', ...back]);
    expect(world).toMatchObject(restored);
  });
});
