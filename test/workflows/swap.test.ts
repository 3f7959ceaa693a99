/** `promote: swap`: all traffic at once, while stable is kept as it is. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure, type Run } from '../support/procedure.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { crowd, detailsOf } from '../support/latest-run.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeEach(async () => {
  procedure = await createProcedure();
});
afterEach(() => procedure.close());

const swap: Partial<RolloutSpec> = {
  promote: 'swap',
  keepStable: '30m',
  steps: [{ approve: 'switch' }],
};
const kept = { stable: ['v1'], canary: ['v2'], split: { weight: 100, audience: null } };
const restored = { stable: ['v1'], canary: [], split: { weight: 0, audience: null } };
const promoted = { stable: ['v2'], canary: [], split: { weight: 0, audience: null } };
const swapped = ['deploy v2 100', 'split 100'];
const takenBack = [...swapped, 'split 0', 'remove'];
const made = [...swapped, 'promote v2', 'split 0', 'remove'];

/** Comes back once all traffic is on the canary, and none of its time is over. */
async function switched(run: Run): Promise<RolloutStatus> {
  await run.until('waiting');
  await run.send('approve');
  return run.until('keeping');
}

test('all traffic goes to a canary of full size at once, and stable is made new only after its time', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const began = await procedure.env.currentTimeMs();
    const run = await start(swap);
    const keeping = await switched(run);
    expect(world).toMatchObject(kept);
    expect(keeping).toMatchObject({
      weight: 100,
      steps: { at: 1, labels: ['gate: switch', '100%, stable kept'] },
    });
    expect(keeping.doing).toBe(
      'v2 serves all traffic; stable v1 is kept running for 30m. Abort to return all traffic to it, promote to end the wait',
    );
    expect(await detailsOf(procedure, run)).toContain(
      'stable kept running for 0s of 30m; abort returns all traffic to it',
    );
    expect(await run.result()).toMatchObject({
      outcome: 'promoted',
      verified: true,
      serving: 'v2 serves everyone',
    });
    expect(await procedure.env.currentTimeMs()).toBeGreaterThanOrEqual(began + 30 * 60_000);
    expect(world.effects).toEqual(made);
    expect(world).toMatchObject(promoted);
    const { steps } = await run.status();
    expect(steps.done.map(({ label, ended }) => `${label} ${ended}`)).toEqual([
      'gate: switch advanced',
      '100%, stable kept advanced',
    ]);
  });
});

test('an audience sees the canary at weight 0 first, and a person says when', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const run = await start({
      ...swap,
      steps: [{ audience: { header: { name: 'x-staff', value: '1' } }, bake: '5m' }, { approve: 'switch' }],
    });
    await procedure.env.sleep('302s');
    await run.until('waiting');
    expect(world.effects).toEqual(['deploy v2 100', 'split 0 audience']);
    await run.send('approve');
    expect((await run.result()).outcome).toBe('promoted');
    expect(world.effects.slice(2)).toEqual(['split 100', 'promote v2', 'split 0', 'remove']);
  });
});

describe('while stable is kept', () => {
  test('a version that exceeds a limit is taken back by a shift alone', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ ...swap, metrics: [errors] });
      world.measure = () => ({ events: 0, total: 10_000 });
      await switched(run);
      await procedure.env.sleep('10m');
      world.measure = () => ({ events: 5_000, total: 10_000 });
      const { outcome, verified, cause, steps } = await run.result();
      expect({ outcome, verified }).toEqual({ outcome: 'rolled-back', verified: true });
      expect(cause).toContain('errors: ');
      expect(steps.at(-1)).toMatchObject({ label: '100%, stable kept', ended: 'taken-back' });
      expect(world.effects).toEqual(takenBack);
      expect(world).toMatchObject(restored);
    });
  });

  test('an abort gives stable all traffic back first', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(swap);
      await switched(run);
      expect(await run.send('abort', { by: 'ann' })).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world.effects).toEqual(takenBack);
      expect(world).toMatchObject(restored);
    });
  });

  test('a pause stops its clock, and what is judged meanwhile still counts', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      world.measure = () => ({ events: 0, total: 10_000 });
      const run = await start({ ...swap, metrics: [errors] });
      await switched(run);
      await procedure.env.sleep('10m');
      await run.send('pause');
      await procedure.env.sleep('5h');
      expect(await run.until('paused')).toMatchObject({ weight: 100 });
      expect(world).toMatchObject(kept);
      expect((await run.status()).bake?.baked).toBeLessThanOrEqual(11 * 60_000);
      await run.send('resume');
      const back = await run.until('keeping');
      expect(back.bake).toMatchObject({ max: 30 * 60_000, keepsStable: true });
      await run.send('pause');
      world.measure = () => ({ events: 5_000, total: 10_000 });
      expect(await run.result()).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(world.effects).toEqual(takenBack);
    });
  });

  test('promote ends the wait', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ ...swap, keepStable: '9d' });
      await switched(run);
      expect(await run.send('promote', { by: 'ann' })).toEqual({
        handled: true,
        text: 'the wait ends: stable is replaced now',
      });
      const { outcome, steps } = await run.result();
      expect({ outcome, ended: steps.at(-1)?.ended }).toEqual({ outcome: 'promoted', ended: 'promoted' });
      expect(world.effects).toEqual(made);
    });
  });

  test('a promote that was said before does not: it has skipped the steps alone', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({
        ...swap,
        steps: [
          { weight: 5, bake: '9d' },
          { weight: 50, bake: '9d' },
        ],
      });
      await run.until('baking');
      await run.send('promote', { by: 'ann' });
      await run.until('keeping');
      await procedure.env.sleep('20m');
      expect((await run.until('keeping')).bake?.baked).toBeGreaterThan(600_000);
      expect((await run.result()).outcome).toBe('promoted');
    });
  });

  test('nothing unknown promotes: without a signal it holds, for as long as it takes', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ ...swap, onNoSignal: { hold: '9d' } });
      await switched(run);
      world.measure = () => ({ missing: 'no answer' });
      await procedure.env.sleep('3h');
      expect(await run.until('holding')).toMatchObject({ weight: 100, bake: { keepsStable: true } });
      expect(world).toMatchObject(kept);
      world.measure = () => ({ status: 'ok' });
      expect((await run.result()).outcome).toBe('promoted');
      expect(world.effects).toEqual(made);
    });
  });

  test('a long rollout goes on in a new run, with its clock and stable as they were', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(swap);
      await switched(run);
      await procedure.env.sleep('10m');
      const { bake } = await run.until('keeping');
      await crowd(procedure, run);
      const next = await run.until('keeping');
      expect(next).toMatchObject({ weight: 100, bake: { max: 30 * 60_000, keepsStable: true } });
      expect(next.bake?.baked).toBeGreaterThanOrEqual(bake?.baked ?? NaN);
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world.effects).toEqual(made);
    });
  });
});

describe('stable that someone else changes', () => {
  test('keeps its traffic until a person says promote, and is then kept as long as any', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ ...swap, steps: [{ weight: 5, bake: '1m' }, { approve: 'switch' }] });
      await procedure.env.sleep('62s');
      await run.until('waiting');
      world.stable = ['v1.1'];
      await run.send('approve');
      expect((await run.until('holding')).doing).toContain('Not promoting yet: stable runs v1.1');
      expect(world.split.weight).toBe(5);
      await run.send('promote');
      await run.until('keeping');
      expect(world).toMatchObject({ ...kept, stable: ['v1.1'] });
      expect((await run.result()).outcome).toBe('promoted');
    });
  });

  test('while it is kept is not replaced before a person says so', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(swap);
      await switched(run);
      world.stable = ['v1.1'];
      await procedure.env.sleep('2h');
      expect(await run.until('holding')).toMatchObject({ weight: 100, stableNow: 'v1.1' });
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world).toMatchObject({ ...restored, stable: ['v1.1'] });
    });
  });
});

test('a stable that is replaced half way leaves all traffic with the canary, and is not kept again', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const run = await start(swap);
    world.failAlways('promote', 'refused');
    await switched(run);
    world.atPromotion = () => (world.stable = ['v1', 'v2']);
    await run.send('promote');
    await run.until('halted');
    expect(world).toMatchObject({ stable: ['v1', 'v2'], split: { weight: 100 } });
    world.failAlways('promote', 'none');
    await run.send('promote');
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(world).toMatchObject(promoted);
  });
});

test.each(['check', 'remove', 'split'] as const)(
  'a target without %s is refused before anything is done',
  async (call) => {
    const world = new World();
    world.can[call] = false;
    await procedure.with(world, async (start) => {
      const result = await (await start({ ...swap, stable: 'v1' })).result();
      expect(result.outcome).toBe('rolled-back');
      expect(result.cause).toContain(
        `the spec says promote: swap, but the target has no ${call}, so stable cannot be kept`,
      );
      expect(world.effects).toEqual([]);
    });
  },
);

const errors: NonNullable<RolloutSpec['metrics']>[number] = {
  name: 'errors',
  kind: 'rate',
  source: { type: 'http', url: 'http://127.0.0.1:1/stats', events: '$.errors', total: '$.requests' },
  max: '1%',
};
