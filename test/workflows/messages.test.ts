import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure, type Run } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
// A server of its own for each test: an activity that was left behind hanging stops time for the tests after it.
beforeEach(async () => {
  procedure = await createProcedure();
});
afterEach(() => procedure.close());

const restored = { stable: ['v1'], canary: [], split: { weight: 0, audience: null } };

/** How a rollout is brought into each phase that a person may meet it in. */
const phases: Record<
  string,
  { spec?: Partial<RolloutSpec>; into: (world: World, run: Run) => Promise<void> }
> = {
  preflight: {
    into: async (_world, run) => {
      await run.until('preflight');
    },
  },
  deploying: {
    into: async (_world, run) => {
      await run.until('deploying');
    },
  },
  testing: {
    spec: { load: { type: 'http', path: '/' } },
    into: async (_world, run) => {
      await run.until('testing');
    },
  },
  baking: {
    spec: { steps: [{ weight: 5, bake: '2d' }] },
    into: async (_world, run) => {
      await run.until('baking');
      await procedure.env.sleep('1h');
    },
  },
  waiting: {
    spec: { steps: [{ weight: 5, bake: '1m' }, { approve: 'go on' }] },
    into: async (_world, run) => {
      await procedure.env.sleep('5m');
      await run.until('waiting');
    },
  },
  paused: {
    spec: { steps: [{ weight: 5, bake: '2d' }] },
    into: async (_world, run) => {
      await run.until('baking');
      await run.send('pause');
      await run.until('paused');
    },
  },
  holding: {
    spec: { steps: [{ weight: 5, bake: '2d' }], onNoSignal: { hold: '10d' } },
    into: async (world, run) => {
      world.measure = () => ({ missing: 'no answer' });
      await procedure.env.sleep('30m');
      await run.until('holding');
    },
  },
  keeping: {
    spec: { promote: 'swap', keepStable: '9d', steps: [{ approve: 'switch' }] },
    into: async (_world, run) => {
      await run.until('waiting');
      await run.send('approve');
      await run.until('keeping');
    },
  },
  promoting: {
    into: async (_world, run) => {
      await procedure.env.sleep('183s');
      await run.until('promoting');
    },
  },
};

/** The call that hangs while a rollout is in a phase, so that it stays there. */
const hangs: Partial<Record<string, 'read' | 'deploy' | 'load' | 'promote'>> = {
  preflight: 'read',
  deploying: 'deploy',
  testing: 'load',
  promoting: 'promote',
};

describe.each(Object.keys(phases))('while %s', (phase) => {
  const { spec = {}, into } = phases[phase] ?? { into: () => Promise.reject(new Error('no such phase')) };
  const arrive = async (world: World, work: (run: Run) => Promise<void>): Promise<void> => {
    const hanging = hangs[phase];
    if (hanging !== undefined) world.fail(hanging, 'hang');
    await procedure.with(world, async (start) => {
      const run = await start(spec);
      await into(world, run);
      await work(run);
    });
  };

  test('abort takes the canary back', async () => {
    const world = new World();
    await arrive(world, async (run) => {
      expect(await run.send('abort', { by: 'ann', reason: 'looks odd' })).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({
        outcome: 'aborted',
        cause: 'aborted by "ann" (claimed): looks odd',
      });
      expect(world).toMatchObject(restored);
    });
  });

  test('a plain signal without any argument aborts too', async () => {
    const world = new World();
    await arrive(world, async (run) => {
      await run.handle.signal('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', cause: 'aborted by somebody' });
      expect(world).toMatchObject(restored);
    });
  });

  test('cancelling the workflow takes the canary back', async () => {
    const world = new World();
    await arrive(world, async (run) => {
      await run.handle.cancel();
      expect(await run.result()).toMatchObject({
        outcome: 'aborted',
        cause: 'aborted: the workflow was cancelled',
      });
      expect(world).toMatchObject(restored);
    });
  });

  test('approve and reject are without effect unless a gate is open', async () => {
    const world = new World();
    await arrive(world, async (run) => {
      const open = phase === 'waiting';
      expect(await run.send('approve', { by: 'ann', gate: open ? 7 : 1 })).toMatchObject({ handled: false });
      expect(await run.send('reject', { by: 'ann', gate: open ? 7 : 1 })).toMatchObject({ handled: false });
      expect((await run.status()).messages).toHaveLength(['paused', 'keeping'].includes(phase) ? 3 : 2);
      await run.send('abort');
      await run.result();
    });
  });

  test('pause holds the weight where it is, and resume goes on', async () => {
    const world = new World();
    await arrive(world, async (run) => {
      const weight = world.highest;
      const receipt = await run.send('pause', { by: 'ann' });
      expect(receipt.handled).toBe(!['paused', 'promoting'].includes(phase));
      if (phase === 'promoting') {
        await run.send('abort');
        await run.result();
        return;
      }
      expect((await run.until('paused')).paused).not.toBeNull();
      if (!(phase in hangs)) {
        await procedure.env.sleep('3h');
        expect(world.highest).toBe(weight);
      }
      expect(await run.send('resume')).toMatchObject({ handled: true });
      expect((await run.status()).paused).toBeNull();
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted' });
    });
  });
});

describe('a pause', () => {
  test('stops the clock of the bake and not the judging', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const began = await procedure.env.currentTimeMs();
      const run = await start({ steps: [{ weight: 5, bake: '1h' }] });
      await procedure.env.sleep('20m');
      await run.send('pause');
      await procedure.env.sleep('5h');
      const status = await run.until('paused');
      expect(status.verdict?.kind).toBe('pass');
      await run.send('resume');
      const { steps } = await run.result();
      const hours = (Date.parse(steps[0]?.at ?? '') - began) / 3_600_000;
      expect(hours).toBeGreaterThanOrEqual(6);
      expect(hours).toBeLessThan(6.5);
    });
  });

  test('does not keep a failing canary', async () => {
    const world = new World();
    world.measure = () => ({ value: 1, n: 1 });
    const metrics: RolloutSpec['metrics'] = [
      {
        name: 'queue',
        kind: 'value',
        source: { type: 'http', url: 'http://127.0.0.1:1/', value: '$.queue' },
        max: 10,
      },
    ];
    await procedure.with(world, async (start) => {
      const run = await start({ metrics, steps: [{ weight: 5, bake: '2d' }] });
      await run.until('baking');
      await run.send('pause');
      world.measure = () => ({ value: 99, n: 1 });
      await procedure.env.sleep('15m');
      expect(await run.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('a gate', () => {
  const gated = (gate: object): Partial<RolloutSpec> => ({
    steps: [
      { weight: 5, bake: '1m' },
      { approve: 'release to everyone', ...gate },
      { weight: 50, bake: '1m' },
    ],
  });
  const open = async (run: Run): Promise<void> => {
    await procedure.env.sleep('3m');
    await run.until('waiting');
  };

  test('keeps the split until the people named have approved', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(gated({ by: ['Zo\u00eb', 'bob', 'cy'], need: 2 }));
      await open(run);
      expect(await run.send('approve')).toMatchObject({ handled: false });
      expect(await run.send('approve', { by: 'eve' })).toMatchObject({ handled: false });
      expect(await run.send('approve', { by: 'Zo\u00eb' })).toEqual({
        handled: true,
        text: '1 of 2 approvals',
      });
      // The same name with its letters decomposed, as macOS types it.
      expect(await run.send('approve', { by: 'Zoe\u0308' })).toMatchObject({ handled: false });
      await procedure.env.sleep('6h');
      expect(await run.status()).toMatchObject({ phase: 'waiting', weight: 5 });
      expect(await run.send('approve', { by: 'cy', gate: 2 })).toMatchObject({ handled: true });
      const result = await run.result();
      expect(result).toMatchObject({ outcome: 'promoted' });
      expect(result.steps[1]).toMatchObject({ because: 'approved by "Zo\u00eb", "cy" (claimed)' });
    });
  });

  test('takes the canary back when rejected', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(gated({ by: ['ann'] }));
      await open(run);
      expect(await run.send('reject', { by: 'eve' })).toMatchObject({ handled: false });
      expect(await run.send('reject', { by: 'ann', reason: 'too slow' })).toMatchObject({ handled: true });
      expect(await run.result()).toMatchObject({
        outcome: 'aborted',
        cause: 'rejected by "ann" (claimed): too slow',
      });
      expect(world).toMatchObject(restored);
    });
  });

  test.each(['roll-back', 'advance'] as const)(
    '%s at its deadline, which runs on while paused',
    async (otherwise) => {
      const world = new World();
      await procedure.with(world, async (start) => {
        const run = await start(gated({ within: '6h', otherwise }));
        await open(run);
        await run.send('pause');
        await procedure.env.sleep('7h');
        if (otherwise === 'advance') await run.send('resume');
        const { outcome } = await run.result();
        expect(outcome).toBe(otherwise === 'advance' ? 'promoted' : 'rolled-back');
      });
    },
  );

  test('an approval does not advance while paused, and does when resumed', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start(gated({}));
      await open(run);
      await run.send('pause', { by: 'bob' });
      await run.send('approve', { by: 'ann' });
      await procedure.env.sleep('2h');
      expect(await run.status()).toMatchObject({ phase: 'paused', weight: 5 });
      await run.send('resume');
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
    });
  });

  test('a canary that fails while people are asked is taken back', async () => {
    const world = new World();
    world.measure = () => ({ events: 0, total: 1000 });
    const metrics: RolloutSpec['metrics'] = [
      {
        name: 'errors',
        kind: 'rate',
        source: { type: 'http', url: 'http://127.0.0.1:1/', events: '$.e', total: '$.t' },
        max: '1%',
      },
    ];
    await procedure.with(world, async (start) => {
      const run = await start({ ...gated({}), metrics });
      await open(run);
      world.measure = () => ({ events: 500, total: 1000 });
      await procedure.env.sleep('30m');
      expect(await run.result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });
});

describe('promote', () => {
  const steps: RolloutSpec['steps'] = [
    { weight: 5, bake: '9d' },
    { approve: 'go on', by: ['ann'] },
    { weight: 50, bake: '9d' },
  ];

  test('skips what remains of the steps, but not a gate', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ steps });
      await run.until('baking');
      await run.send('promote', { by: 'bob' });
      await run.until('waiting');
      await run.send('approve', { by: 'ann' });
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
    });
  });

  test('satisfies a gate that it is fit for', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ steps });
      await run.until('baking');
      await run.send('promote', { by: 'ann' });
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
    });
  });

  test('waits for the end of a pause', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 5, bake: '9d' }] });
      await run.until('baking');
      await run.send('pause', { by: 'bob' });
      await run.send('promote', { by: 'ann' });
      await procedure.env.sleep('1h');
      await run.until('paused');
      await run.send('resume');
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
    });
  });
});

describe('a message', () => {
  test('with an id is handled once, by whatever way it comes', async () => {
    const world = new World();
    await procedure.with(world, async (start) => {
      const run = await start({ steps: [{ weight: 5, bake: '9d' }] });
      await run.until('baking');
      await run.send('pause', { id: 'a' });
      await run.send('resume', { id: 'b' });
      await run.signal('pause', { id: 'a' });
      const { paused, messages } = await run.status();
      expect(paused).toBeNull();
      expect(messages).toHaveLength(2);
      await run.send('abort');
      await run.result();
    });
  });

  test.each([['text'], [7], [['a']], [{ by: 3, id: {}, reason: [], gate: 'one' }]])(
    'that makes no sense (%j) is recorded and breaks nothing',
    async (input) => {
      const world = new World();
      await procedure.with(world, async (start) => {
        const run = await start({ steps: [{ weight: 5, bake: '9d' }] });
        await run.until('baking');
        await run.handle.signal('approve', input);
        await run.handle.signal('pause', input);
        const { messages } = await run.until('paused');
        expect(messages.map(({ verb, handled }) => [verb, handled])).toEqual([
          ['approve', false],
          ['pause', true],
        ]);
        expect(messages[1]?.text).toContain('left out');
        await run.send('abort');
        await run.result();
      });
    },
  );
});
