import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Grants } from '../../activities/ports.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { everything } from '../support/grants.ts';
import { createProcedure, type Procedure, type Run } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeEach(async () => {
  procedure = await createProcedure();
});
afterEach(() => procedure.close());

const restored = { stable: ['v1'], canary: [], split: { weight: 0, audience: null } };
const promoted = { stable: ['v2'], canary: [], split: { weight: 0, audience: null } };
const long: Partial<RolloutSpec> = { steps: [{ weight: 5, bake: '9d' }] };

describe('restoring', () => {
  test('goes on through 20 failures, stuck from the third, and ends only when it is so', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ ...long, notify: [{ type: 'webhook', url: 'http://127.0.0.1:1/' }] });
      await run.until('baking');
      world.fail('remove', ...Array.from({ length: 20 }, () => 'refused' as const));
      await run.send('abort');
      expect((await run.until('stuck')).doing).toContain('remove answered 404');
      expect(world.split.weight).toBe(0);
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world.calls.remove).toBe(21);
      expect(world).toMatchObject(restored);
      expect(world.notices.map(({ event }) => event)).toEqual(['stuck', 'ended']);
    });
  });

  test('is tried again at once when a person resumes it', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.failAlways('remove', 'refused');
      await run.send('abort');
      await run.until('stuck');
      world.failAlways('remove', 'none');
      expect(await run.send('resume')).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    });
  });

  test('never takes the canary away while it may still have traffic', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.failAlways('split', 'refused');
      await run.send('abort');
      await run.until('stuck');
      expect(world.calls.remove).toBe(0);
      expect(world.canary).toEqual(['v2']);
      world.failAlways('split', 'none');
      await run.send('resume');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    });
  });

  test('puts traffic back before a hung deploy has ended', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({
        steps: [
          { weight: 5, bake: '1m' },
          { weight: 50, bake: '1m' },
        ],
      });
      await run.until('baking');
      world.fail('deploy', 'hang');
      await procedure.env.sleep('62s');
      await run.until((status) => status.phase === 'deploying' && world.calls.deploy === 2);
      await run.send('abort');
      await run.result();
      expect(world.effects).toEqual(['deploy v2 5', 'split 5', 'split 0', 'remove']);
      expect(world).toMatchObject(restored);
    });
  });

  test('a stuck one that is given up fails the workflow and says what is left where', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const notify: RolloutSpec['notify'] = [{ type: 'webhook', url: 'http://127.0.0.1:1/' }];
      const run = await start({ ...long, notify });
      await run.until('baking');
      world.failAlways('split', 'refused');
      await run.send('abort');
      await run.until('stuck');
      await run.send('abandon', { by: 'ann', reason: 'we rebuild it' });
      const failure = await run.failure();
      expect(failure).toContain('abandoned by "ann" (claimed): we rebuild it');
      expect(failure).toContain('weight 5%');
      expect(world.notices.map(({ event }) => event)).toEqual(['stuck', 'abandoned']);
      expect(failure).toBe(world.notices.at(-1)?.text);
    });
  });
});

describe('a target that cannot take the canary away is given back', () => {
  const takenBack = async (
    stable: string[],
    then: (run: Run, world: World) => Promise<void>,
  ): Promise<World> => {
    const world = new World();
    world.can.remove = false;
    await procedure.with(world, async (start) => {
      const run = await start(long);
      await run.until('baking');
      world.stable = stable;
      await run.send('abort');
      await then(run, world);
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
    });
    return world;
  };
  const atOnce = (): Promise<void> => Promise.resolve();

  test('what ran before, where nothing runs any more', async () => {
    const { effects } = await takenBack([], atOnce);
    expect(effects.at(-1)).toBe('deploy v1 all');
  });

  test('what someone else has put there, whatever there is of the canary beside it', async () => {
    const { effects } = await takenBack(['v1.1', 'v2'], atOnce);
    expect(effects.at(-1)).toBe('deploy v1.1 all');
  });

  test('nothing while someone else is still at it', async () => {
    const { effects } = await takenBack(['v1', 'v1.1'], async (run, world) => {
      const { doing } = await run.until(({ doing }) => doing.includes('v1, v1.1'));
      expect(doing).toContain('the canary is replaced once that is one version');
      expect(world.effects.at(-1)).toBe('split 0');
      world.stable = ['v1.1'];
    });
    expect(effects.at(-1)).toBe('deploy v1.1 all');
  });
});

describe('promotion', () => {
  /** A rollout that is to be promoted while what stable runs cannot be read. */
  const approvedUnread = async (work: (run: Run, world: World) => Promise<void>): Promise<void> => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const notify: RolloutSpec['notify'] = [{ type: 'webhook', url: 'http://127.0.0.1:1/' }];
      const run = await start({ steps: [{ approve: 'go' }], notify });
      await run.until('waiting');
      world.failAlways('check', 'refused');
      await run.send('approve');
      await work(run, world);
    });
  };

  test('waits for stable to be readable, and never takes a passed canary back for that', async () => {
    await approvedUnread(async (run, world) => {
      const { held, doing } = await run.until('holding');
      expect(held).toBe('stable-unread');
      expect(doing).toBe(
        'Not promoting yet: what stable runs cannot be read, and is asked for again: check answered 404, expected 2xx. Say promote to replace it with v2, or abort to take the canary back',
      );
      await procedure.env.sleep('10m');
      world.failAlways('check', 'none');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world.notices.map(({ event }) => event)).toEqual(['gate-opened', 'stable-unread', 'ended']);
      expect(world.notices[1]?.text).toBe(doing);
    });
  });

  test('goes on over a stable that cannot be read if a person says promote', async () => {
    await approvedUnread(async (run, world) => {
      await run.until('holding');
      world.atPromotion = () => {
        world.failAlways('check', 'none');
      };
      await run.send('promote');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world).toMatchObject(promoted);
    });
  });

  test('that fails before stable was touched is taken back', async () => {
    const world = new World();
    world.failAlways('promote', 'refused');
    await procedure.with(world, async (start) => {
      const result = await (await start({})).result();
      expect(result).toMatchObject({ outcome: 'rolled-back', verified: true });
      expect(result.cause).toContain('promote answered 404');
      expect(world).toMatchObject(restored);
    });
  });

  /** A rollout that has halted, with stable partly replaced. */
  const halted = async (work: (run: Run, world: World) => Promise<void>): Promise<void> => {
    const world = new World();
    world.failAlways('promote', 'refused');
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 50, bake: '10m' }] });
      world.atPromotion = () => (world.stable = ['v1', 'v2']);
      await run.until('baking');
      await procedure.env.sleep('15m');
      await run.until('halted');
      await work(run, world);
    });
  };

  test('that fails half-way halts and keeps the canary, until it can go forward again', () =>
    halted(async (run, world) => {
      expect((await run.status()).doing).toContain('promote answered 404');
      expect(world).toMatchObject({ canary: ['v2'], split: { weight: 50 } });
      world.failAlways('promote', 'none');
      expect(await run.send('promote')).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world).toMatchObject(promoted);
    }));

  test('that halted is taken back by abort once stable is whole again, and not before', () =>
    halted(async (run, world) => {
      await run.send('abort');
      await run.until((status) => status.phase === 'halted' && status.messages.length === 1);
      expect(world.canary).toEqual(['v2']);
      world.stable = ['v1'];
      await run.send('abort', { by: 'ann' });
      expect(await run.result()).toMatchObject({ outcome: 'aborted', cause: 'aborted by "ann" (claimed)' });
      expect(world).toMatchObject(restored);
    }));

  test('that goes forward again after a halt can be aborted again, and halts again', () =>
    halted(async (run, world) => {
      expect((await run.status()).doing).toContain('stable runs v1, v2');
      world.failAlways('promote', 'hang');
      await run.send('promote');
      await run.until('promoting');
      expect(await run.send('abort', { by: 'ann' })).toMatchObject({ handled: true });
      await run.until('halted');
      expect(world).toMatchObject({ canary: ['v2'], split: { weight: 50 } });
      world.failAlways('promote', 'none');
      await run.send('promote');
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
    }));

  test('that halted can be given up', () =>
    halted(async (run) => {
      await run.send('abandon');
      expect(await run.failure()).toContain('abandoned by somebody');
    }));

  test('is done when stable is new, even if the canary is hard to take away', async () => {
    const world = new World();
    world.fail('remove', 'refused', 'refused', 'refused');
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 50, bake: '1m' }] });
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world).toMatchObject(promoted);
    });
  });
});

describe('an effect', () => {
  test('is repeated at a passing fault and given up at a final one', async () => {
    const world = new World();
    world.fail('deploy', 'unavailable', 'unavailable', 'none', 'refused');
    await procedure.with(world, async (start) => {
      const result = await (await start({})).result();
      expect(result.cause).toContain('deploy answered 404, expected 2xx');
      expect(world).toMatchObject({ ...restored, highest: 5 });
    });
  });

  test('that starts another version than asked ends in a sentence and a restored system', async () => {
    const world = new World();
    world.mistaken = 'v9';
    await procedure.with(world, async (start) => {
      const run = await start({ target: { type: 'http', url: 'http://127.0.0.1:1/', ready: '2s' } });
      const { cause } = await run.result();
      expect(cause).toContain('expected the canary alive with version v2 alone within 2s');
      expect(cause).toContain('v9');
      expect(world).toMatchObject({ ...restored, highest: 0 });
    });
  });

  test('that never succeeds ends in a sentence and a restored system', async () => {
    const world = new World();
    world.failAlways('deploy', 'unavailable');
    await procedure.with(world, async (start) => {
      const run = await start({ target: { type: 'http', url: 'http://127.0.0.1:1/', ready: '5s' } });
      expect((await run.result()).cause).toContain('deploy gave no whole answer');
      expect(world).toMatchObject(restored);
    });
  });

  test('without a fence: the end waits until no attempt without an answer can still act', async () => {
    const world = new World();
    world.can.fence = false;
    world.fail('split', 'unavailable');
    await procedure.with(world, async (start) => {
      const began = await procedure.env.currentTimeMs();
      const run = await start({});
      await run.until((status) => status.weight === 5);
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect((await procedure.env.currentTimeMs()) - began).toBeGreaterThanOrEqual(100_000);
    });
  });

  test.for([
    ['a retried split', 'split', ['unavailable'], 'waits'],
    ['a retried deploy', 'deploy', ['unavailable'], 'waits'],
    ['one, where the target refuses what is late', 'split', ['unavailable'], 'goes on'],
    ['a split that was answered 503', 'split', ['busy'], 'goes on'],
    ['a deploy that was answered 503 twice', 'deploy', ['busy', 'busy'], 'goes on'],
    ['one without an answer, and then answered 503', 'split', ['unavailable', 'busy'], 'waits'],
    ['one answered 503, and then without an answer', 'deploy', ['busy', 'unavailable', 'busy'], 'waits'],
  ] as const)(
    'after %s: the next weight waits only while an attempt may act that nothing refuses',
    async ([what, call, faults, next]) => {
      const world = new World();
      world.can.fence = what.includes('refuses');
      world.fail(call, ...faults);
      const shifts: number[] = [];
      world.atSplit = () => void procedure.env.currentTimeMs().then((now) => shifts.push(now));
      await procedure.with(world, async (start) => {
        const began = await procedure.env.currentTimeMs();
        const run = await start({
          steps: [
            { weight: 5, bake: '10s' },
            { weight: 50, bake: '10s' },
          ],
        });
        expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
        const shifted = (shifts[call === 'deploy' ? 0 : 1] ?? NaN) - began;
        if (next === 'goes on') expect(shifted).toBeLessThan(60_000);
        else expect(shifted).toBeGreaterThanOrEqual(100_000);
        expect(world.effects.filter((effect) => effect.startsWith('split'))).toEqual([
          'split 5',
          'split 50',
          'split 0',
        ]);
      });
    },
  );

  test.for([
    ['busy', 'answered at each attempt', 'at once'],
    ['unavailable', 'without an answer', 'waits'],
  ] as const)(
    'of a shift that fails, %s: the end waits only for what may come late',
    async ([fault, , ends]) => {
      const world = new World();
      world.can.fence = false;
      world.failAlways('split', fault);
      let back = 0;
      world.atSplit = () => void procedure.env.currentTimeMs().then((now) => (back ||= now));
      await procedure.with(world, async (start) => {
        const run = await start({});
        await procedure.env.sleep('70s');
        await run.until(({ phase }) => phase === 'restoring' || phase === 'stuck');
        world.failAlways('split', 'none');
        expect(await run.result()).toMatchObject({ outcome: 'rolled-back', verified: true });
        const { closeTime } = await run.handle.describe();
        const since = Number(closeTime) - back;
        if (ends === 'at once') expect(since).toBeLessThan(30_000);
        else expect(since).toBeGreaterThanOrEqual(30_000);
      });
    },
  );

  test('where the next weight waits for a late attempt, an abort does not', async () => {
    const world = new World();
    world.can.fence = false;
    world.fail('deploy', 'unavailable');
    await procedure.with(world, async (start) => {
      const run = await start({});
      await run.until(({ doing }) => doing.startsWith('Waiting until'));
      expect(world.effects).toEqual(['deploy v2 5']);
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true });
      expect(world).toMatchObject(restored);
    });
  });

  test('of an earlier rollout that was terminated is cleared before the next one begins', async () => {
    const world = new World();
    world.split = { weight: 40, audience: null };
    world.canary = ['v0'];
    await procedure.with(world, async (start) => {
      expect(await (await start({})).result()).toMatchObject({ outcome: 'promoted' });
      expect(world.effects.slice(0, 2)).toEqual(['split 0', 'deploy v2 5']);
    });
  });
});

describe('notices', () => {
  const notify: RolloutSpec['notify'] = [{ type: 'webhook', url: 'http://127.0.0.1:1/' }];

  test('tell of a gate, a missing signal and the end', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({
        notify,
        steps: [{ weight: 5, bake: '1m' }, { approve: 'go on' }, { weight: 50, bake: '10m' }],
      });
      await procedure.env.sleep('3m');
      await run.until('waiting');
      world.measure = () => ({ missing: 'no answer' });
      await procedure.env.sleep('20m');
      world.measure = () => ({ status: 'ok' });
      await run.send('approve');
      await run.result();
      expect(world.notices.map(({ event }) => event)).toEqual(['gate-opened', 'no-signal', 'ended']);
      expect(world.notices.at(-1)?.text).toContain('promoted, v2 serves everyone');
    });
  });

  test('that cannot be delivered hold up no release', async () => {
    const world = new World();
    world.failAlways('notify', 'unavailable');
    await procedure.with(world, async (start) => {
      const run = await start({ notify, steps: [{ weight: 5, bake: '1m' }] });
      expect(await run.result()).toMatchObject({ outcome: 'promoted', verified: true });
      expect(world.notices).toEqual([]);
    });
  });
});

test('a spec whose check breaks each time is refused, not checked for ever', async () => {
  const world = new World();
  let checks = 0;
  const broken: Grants = {
    ...everything,
    checkUrl() {
      checks++;
      throw new RangeError('Maximum call stack size exceeded');
    },
  };
  await procedure.with(
    world,
    async (start) => {
      const said = await (await start({})).failure();
      expect(said).toContain(
        'the spec could not be checked in 5 attempts: Maximum call stack size exceeded. ',
      );
      expect(world.effects).toEqual([]);
      expect(checks).toBe(5);
    },
    broken,
  );
});
