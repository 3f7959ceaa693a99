import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { comparedErrors, createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const minute = 60_000;

const compared = comparedErrors;
const limited = { ...compared, name: 'errors-at-all', max: 0.3 } as const;

/** Of whose canary this share of requests fails in its first minute of traffic; after it as few as stable's, 1%. */
function youngWorld(failing: number): World {
  const world = new World();
  let young: number | null = null;
  world.measure = (_metric, track, { from }) => {
    young ??= from + minute;
    const share = track !== 'stable' && from < young ? failing : 0.01;
    const total = track === 'stable' ? 10_000 : 1000;
    return { events: share * total, total };
  };
  return world;
}

const steps = (warmUp?: string): RolloutSpec['steps'] => [
  { weight: 10, bake: '5m', onInconclusive: 'advance', ...(warmUp !== undefined && { warmUp }) },
];

test('a canary that fails more while it is young is taken back without a warm-up, and promoted with one', async () => {
  const outcomes: string[] = [];
  for (const warmUp of [undefined, '1m', '150s']) {
    await procedure.with(youngWorld(0.2), async (start) => {
      const run = await start({ judge: 'fast', metrics: [compared, limited], steps: steps(warmUp) });
      outcomes.push((await run.result()).outcome);
    });
  }
  expect(outcomes).toEqual(['rolled-back', 'promoted', 'promoted']);
});

test('a fresh baseline is as young as the canary, and makes a warm-up needless', async () => {
  await procedure.with(youngWorld(0.2), async (start) => {
    const run = await start({
      judge: 'fast',
      metrics: [compared, limited],
      steps: steps(),
      baseline: 'fresh',
    });
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
  });
});

test('what is seen in a warm-up is no evidence, and its time no bake', async () => {
  await procedure.with(youngWorld(0.2), async (start) => {
    const run = await start({ judge: 'fast', metrics: [compared, limited], steps: steps('2m') });
    const { startTime } = await run.handle.describe();
    const { steps: done } = await run.result();
    const [{ at, because } = { at: '', because: '' }] = done;
    // 5 minutes of 6 ticks each, of the canary's 1,000 requests.
    expect(because).toContain('300 of 30,000 requests against 3,000 of 300,000');
    expect(Date.parse(at) - startTime.getTime()).toBeGreaterThanOrEqual(7 * minute);
  });
});

test('a limit that is exceeded in the warm-up takes the canary back at once', async () => {
  const world = youngWorld(1);
  await procedure.with(world, async (start) => {
    const run = await start({ judge: 'fast', metrics: [compared, limited], steps: steps('10m') });
    expect(await run.result()).toMatchObject({
      outcome: 'rolled-back',
      verified: true,
      cause: expect.stringMatching(/^errors-at-all: 100% .*more than the 30% allowed/) as unknown,
    });
    expect(world.split.weight).toBe(0);
  });
});

test.each(['abort', 'promote'] as const)(
  'a warm-up that was paused and resumed heeds %s at once',
  async (verb) => {
    await procedure.with(youngWorld(0.01), async (start) => {
      const run = await start({ judge: 'fast', metrics: [compared, limited], steps: steps('20d') });
      await run.send('pause', { by: 'ana' });
      await run.until(({ paused }) => paused !== null);
      await run.send('resume', { by: 'ana' });
      await run.send(verb, { by: 'ana' });
      const { outcome, steps: done } = await run.result();
      expect(outcome).toBe(verb === 'abort' ? 'aborted' : 'promoted');
      expect(done.map(({ ended }) => ended)).toEqual([verb === 'abort' ? 'taken-back' : 'promoted']);
    });
  },
);

test('after a promote in the warm-up, the canary is compared while a changed stable holds it', async () => {
  const world = youngWorld(0.01);
  await procedure.with(world, async (start) => {
    const run = await start({ judge: 'fast', metrics: [compared], steps: steps('20d') });
    await run.send('pause', { by: 'ana' });
    await run.until(({ paused }) => paused !== null);
    world.stable = ['v1.1'];
    world.measure = (_metric, track) =>
      track === 'canary' ? { events: 300, total: 10_000 } : { events: 900, total: 90_000 };
    await run.send('resume', { by: 'ana' });
    await run.send('promote', { by: 'ana' });
    expect(await run.result()).toMatchObject({
      outcome: 'rolled-back',
      cause: expect.stringMatching(/^errors: [\d.]+ × stable's/) as unknown,
    });
    expect(world.stable).toEqual(['v1.1']);
  });
});
