import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { comparedErrors, createProcedure, statusSays, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

/** All old again, nothing of the canary left. */
const restored = { stable: ['v1'], canary: [], split: { weight: 0, audience: null } };
/** All new, nothing of the canary left. */
const promoted = { stable: ['v2'], canary: [], split: { weight: 0, audience: null } };

test('a good version goes through the steps and is promoted, and no canary is left', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const run = await start({});
    expect(await run.result()).toMatchObject({
      outcome: 'promoted',
      verified: true,
      stable: 'v1',
      version: 'v2',
    });
    expect(world.effects).toEqual([
      'deploy v2 5',
      'split 5',
      'deploy v2 25',
      'split 25',
      'deploy v2 50',
      'split 50',
      'promote v2',
      'split 0',
      'remove',
    ]);
    expect(world).toMatchObject(promoted);
    const { steps } = await run.status();
    expect(steps.done.map(({ label, ended }) => `${label} ${ended}`)).toEqual([
      '5% advanced',
      '25% advanced',
      '50% advanced',
    ]);
  });
});

test('a version that fails under traffic is taken back: traffic first, then the canary', async () => {
  const world = new World();
  world.measure = () => ({ events: world.split.weight >= 25 ? 50 : 0, total: 1000 });
  await procedure.with(world, async (start) => {
    const result = await (await start({ metrics: [errors] })).result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
    expect(result.cause).toMatch(/errors: .* more than the 1% allowed of late with 99% confidence: /);
    expect(world.effects.slice(-2)).toEqual(['split 0', 'remove']);
    expect(world).toMatchObject({ ...restored, highest: 25 });
  });
});

test('a canary that fails its test alone never gets live traffic', async () => {
  const world = new World();
  world.report = { requests: 100, errors: 7 };
  await procedure.with(world, async (start) => {
    const result = await (await start({ load: { type: 'http', path: '/' } })).result();
    expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
    expect(result.cause).toContain('the test of the canary alone');
    expect(world.effects).toEqual(['deploy v2 5', 'remove']);
    expect(world).toMatchObject({ ...restored, highest: 0 });
  });
});

test('a test that is too short to show its limit goes on, and says what it lacks', async () => {
  const world = new World();
  world.report = { requests: 60, errors: 2 };
  await procedure.with(world, async (start) => {
    const run = await start({ load: { type: 'http', path: '/' } });
    const { outcome, verdicts } = await run.result();
    expect(outcome).toBe('promoted');
    expect(verdicts[0]).toMatch(
      /^test: load-errors: 3\.33% \(.*\): 2 of 60 requests, not yet shown to exceed the 1% allowed: about [\d,]+ more requests$/,
    );
  });
});

test('a load through the front door that comes to nothing is said, and decides nothing', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    world.measure = () => {
      world.report = { requests: 40, errors: 40 };
      return { status: 'ok' };
    };
    const run = await start({
      load: { type: 'http', path: '/', bake: 'http://127.0.0.1:1/' },
      steps: [{ weight: 5, bake: '10m' }],
    });
    expect((await run.result()).outcome).toBe('promoted');
    expect((await run.status()).loadFault).toBe('all of its 40 requests failed');
  });
});

test('a test that gave no signal is tried again, and then passes', async () => {
  const world = new World();
  world.report = { requests: 0, errors: 0 };
  await procedure.with(world, async (start) => {
    const run = await start({ load: { type: 'http', path: '/' } });
    await run.until('holding');
    world.report = { requests: 100, errors: 0 };
    expect((await run.result()).outcome).toBe('promoted');
    expect(world.calls.load).toBe(2);
  });
});

describe('at the end of a bake that shows neither harm nor its absence', () => {
  const undecided = new Set(['warming']);
  const steps = (onInconclusive: 'advance' | 'hold' | 'extend' | 'roll-back'): object => ({
    steps: [{ weight: 5, bake: '1m', onInconclusive }],
  });
  const world = (): World => {
    const made = new World();
    made.measure = () => ({ status: [...undecided][0] ?? '' });
    return made;
  };

  test('advance goes on', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      expect((await (await start(steps('advance'))).result()).outcome).toBe('promoted');
    });
  });

  test('roll-back takes back', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      expect((await (await start(steps('roll-back'))).result()).outcome).toBe('rolled-back');
      expect(target).toMatchObject(restored);
    });
  });

  test('hold keeps the weight until there is a pass', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      const run = await start(steps('hold'));
      await procedure.env.sleep('2h');
      expect(await run.until('holding')).toMatchObject({ weight: 5 });
      target.measure = () => ({ status: 'ok' });
      expect((await run.result()).outcome).toBe('promoted');
    });
  });

  test('extend bakes as long again, once, and then holds', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      const run = await start(steps('extend'));
      await procedure.env.sleep('5m');
      const { bake } = await run.until('holding');
      expect(bake?.max).toBe(120_000);
      await run.send('abort');
      expect((await run.result()).outcome).toBe('aborted');
    });
  });

  test('the steps before the last one below 100 advance, and that one holds', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      const run = await start({
        steps: [
          { weight: 5, bake: '1m' },
          { weight: 50, bake: '1m' },
        ],
      });
      await procedure.env.sleep('30m');
      expect(await run.until('holding')).toMatchObject({ weight: 50, steps: { at: 1 } });
      expect(await run.send('promote', { by: 'ann' })).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
    });
  });
});

describe('without a signal', () => {
  const lost = { missing: 'http://127.0.0.1:9/ gave no answer' };

  test('the weight is held, the bake goes on where it was when the signal is back', async () => {
    const world = new World();
    let away = false;
    world.measure = () => (away ? lost : { status: 'ok' });
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 5, bake: '10m' }] });
      await procedure.env.sleep('150s');
      away = true;
      await procedure.env.sleep('12m');
      const held = await run.until('holding');
      expect(held).toMatchObject({ weight: 5, steps: { at: 0 } });
      expect(held.doing).toMatch(
        /^Holding the weight for want of a signal: .* gave no answer\. It goes on by itself once there is one; after \S+ without, in all, it is paused$/,
      );
      expect(held.bake?.baked).toBeLessThan(600_000);
      away = false;
      expect((await run.result()).outcome).toBe('promoted');
      expect(world.highest).toBe(5);
    });
  });

  test('it is paused once the budget is spent, and resuming gives a new one', async () => {
    const world = new World();
    world.measure = () => lost;
    await procedure.with(world, async (start) => {
      const run = await start({ onNoSignal: { hold: '20m' } });
      await procedure.env.sleep('1h');
      const { paused, noSignal } = await run.until('paused');
      expect(paused?.reason).toMatch(
        /^no signal for 20m in all: .* gave no answer\. Resume it once it can be measured again, or abort it$/,
      );
      expect(noSignal.spent).toBeGreaterThanOrEqual(1_200_000);
      world.measure = () => ({ status: 'ok' });
      await run.send('resume');
      expect((await run.result()).outcome).toBe('promoted');
    });
  });

  test('then: roll-back takes the canary back instead', async () => {
    const world = new World();
    world.measure = () => lost;
    await procedure.with(world, async (start) => {
      const result = await (await start({ onNoSignal: { hold: '20m', then: 'roll-back' } })).result();
      expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(world).toMatchObject({ ...restored, highest: 5 });
    });
  });
});

test('a bake of 30 days lasts 30 days', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const before = await procedure.env.currentTimeMs();
    const run = await start({ every: '2h', steps: [{ weight: 5, bake: '30d' }] });
    const { outcome, steps } = await run.result();
    expect(outcome).toBe('promoted');
    const days = (Date.parse(steps[0]?.at ?? '') - before) / 86_400_000;
    expect(days).toBeGreaterThanOrEqual(30);
    expect(days).toBeLessThan(30.1);
  });
});

test('a bake with a minimum ends there on a pass', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const before = await procedure.env.currentTimeMs();
    const run = await start({ steps: [{ weight: 5, bake: { min: '5m', max: '24h' } }] });
    const { outcome, steps } = await run.result();
    expect(outcome).toBe('promoted');
    const minutes = (Date.parse(steps[0]?.at ?? '') - before) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(5);
    expect(minutes).toBeLessThan(15);
  });
});

test('a step sizes the canary by its own capacity, and a later one never makes it smaller', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const audience = { header: { name: 'x-staff', value: '1' } };
    const run = await start({
      steps: [
        { audience, capacity: 20, bake: '1m' },
        { weight: 10, bake: '1m' },
        { weight: 30, bake: '1m' },
      ],
    });
    expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    expect(world.effects.filter((effect) => effect.startsWith('deploy'))).toEqual([
      'deploy v2 20',
      'deploy v2 30',
    ]);
  });
});

test('an audience alone gets the canary without any weight', async () => {
  const world = new World();
  await procedure.with(world, async (start) => {
    const audience = { header: { name: 'x-staff', value: '1' } };
    const run = await start({ steps: [{ audience, bake: '1m' }] });
    expect((await run.result()).outcome).toBe('promoted');
    expect(world.effects).toContain('split 0 audience');
    expect(world).toMatchObject({ ...promoted, highest: 0 });
  });
});

describe('a first release', () => {
  test('deploys and verifies, without steps that share traffic', async () => {
    const world = new World();
    world.stable = [];
    await procedure.with(world, async (start) => {
      const run = await start({ first: true });
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true, stable: null });
      expect(world.effects).toEqual(['deploy v2 5', 'promote v2', 'remove']);
    });
  });

  test('keeps its gates, and bakes where it gets everything', async () => {
    const world = new World();
    world.stable = [];
    await procedure.with(world, async (start) => {
      const run = await start({
        first: true,
        steps: [
          { weight: 5, bake: '1m' },
          { approve: 'open the doors', by: ['ann'] },
          { weight: 100, bake: '10m' },
        ],
        metrics: [
          {
            name: 'errors',
            kind: 'rate',
            source: { type: 'http', url: 'http://127.0.0.1:1/', events: '$.e', total: '$.n' },
            max: '2%',
          },
        ],
      });
      world.measure = () => ({ events: 0, total: 500 });
      await run.until('waiting');
      await run.send('approve', { by: 'ann' });
      const { outcome, verified, steps } = await run.result();
      expect({ outcome, verified }).toEqual({ outcome: 'promoted', verified: true });
      expect(steps.map(({ label, ended }) => `${label} ${ended}`)).toEqual([
        '5% skipped',
        'gate: open the doors advanced',
        '100% advanced',
      ]);
      expect(world.effects).toEqual([
        'deploy v2 5',
        'deploy v2 100',
        'split 100',
        'promote v2',
        'split 0',
        'remove',
      ]);
    });
  });

  test('is refused without first: true, and nothing is touched', async () => {
    const world = new World();
    world.stable = [];
    await procedure.with(world, async (start) => {
      const result = await (await start({})).result();
      expect(result.cause).toContain('say first: true');
      expect(world.effects).toEqual([]);
    });
  });
});

describe('the spec', () => {
  test('a bad one fails the workflow before any effect, with every problem', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const failure = await (await start({ every: 'often', steps: [] })).failure();
      expect(failure).toContain('every');
      expect(failure).toContain('steps');
      expect(world.calls).toMatchObject({ deploy: 0, split: 0, check: 0 });
    });
  });

  test('nothing at all fails it too', async () => {
    await procedure.with(new World(), async () => {
      const handle = await procedure.env.client.workflow.start('rollout', {
        taskQueue: 'coalmine',
        workflowId: 'rollout/nothing',
      });
      await expect(handle.result()).rejects.toThrow();
    });
  });

  test('a workflow id of another service is refused', async () => {
    await procedure.with(new World(), async (start) => {
      const { handle } = await start({ service: 'mine' });
      await handle.result();
      const other = await procedure.env.client.workflow.start('rollout', {
        args: [{ ...statusSays('x'), service: 'mine' }],
        taskQueue: 'coalmine',
        workflowId: 'rollout/other',
      });
      await expect(other.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('expected rollout/mine') as string },
      });
    });
  });
});

describe('a target that has only one URL', () => {
  const article = {
    stable: 'v1',
    target: { type: 'http' as const, deploy: 'http://127.0.0.1:1/app' },
    every: '1s',
    steps: [{ bake: '10m' }],
  } satisfies Partial<RolloutSpec>;
  const world = (): World => {
    const made = new World();
    made.can = { check: false, promote: false, remove: false, split: false, read: false, fence: false };
    return made;
  };

  test('promotes at ok, and says that it could not verify it', async () => {
    const target = world();
    await procedure.with(target, async (start) => {
      expect(await (await start(article)).result()).toMatchObject({ outcome: 'promoted', verified: false });
      expect(target.effects).toEqual(['deploy v2 1', 'promote v2']);
    });
  });

  test('looks again until the end of the bake, and then puts the stable version back everywhere', async () => {
    const target = world();
    target.measure = () => ({ status: 'warming up' });
    await procedure.with(target, async (start) => {
      expect(await (await start(article)).result()).toMatchObject({
        outcome: 'rolled-back',
        verified: false,
      });
      expect(target.effects).toEqual(['deploy v2 1', 'deploy v1 all']);
    });
  });

  test('is stuck without a stable version to go back to, until a person gives it up', async () => {
    const target = world();
    target.measure = () => ({ status: 'broken' });
    await procedure.with(target, async (start) => {
      const { stable: _, ...rest } = article;
      const run = await start(rest);
      await procedure.env.sleep('11m');
      expect((await run.until('stuck')).doing).toContain('put back by hand');
      await run.send('abandon', { by: 'ann' });
      const failure = await run.failure();
      expect(failure).toContain('abandoned by "ann" (claimed)');
      expect(failure).toContain('canary v2 deployed');
    });
  });
});

const errors = { ...comparedErrors, max: '1%' } as const;
