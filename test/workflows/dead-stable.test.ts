/** Stable is dead and the release is the repair: `despite: stable-is-dead`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure, type Run } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const http = { type: 'http' as const, url: 'http://127.0.0.1:1/' };
const counts = { ...http, url: 'http://127.0.0.1:1/$track', events: '$.e', total: '$.n' };

/** What judged ordinary releases, and the one line more. */
const repair: Partial<RolloutSpec> = {
  despite: 'stable-is-dead',
  metrics: [
    { name: 'errors', kind: 'rate', source: counts, max: '5%', maxRatio: 2 },
    { name: 'timeouts', kind: 'rate', source: counts },
    { name: 'health', kind: 'status', source: http },
  ],
  steps: [
    { weight: 10, bake: '1m' },
    { weight: 100, bake: '2m' },
  ],
};

const leftOut = 'not compared with stable, which was dead';

/** The canary answers well, and nothing can be measured of stable. */
function worldOfDeadStable(): World {
  const world = new World();
  world.stableAlive = false;
  world.measure = (metric, track) => {
    if (track !== 'canary') return { missing: 'nothing answers' };
    return metric === 'health' ? { status: 'ok' } : { events: 1, total: 500 };
  };
  return world;
}

async function release(world: World, spec: Partial<RolloutSpec>, work: (run: Run) => Promise<void>) {
  await procedure.with(world, async (start) => work(await start({ ...repair, ...spec })));
}

test('is promoted by absolute limits alone, and says what is left out and why', async () => {
  const world = worldOfDeadStable();
  await release(world, {}, async (run) => {
    const result = await run.result();
    expect(result).toMatchObject({
      outcome: 'promoted',
      verified: true,
      stable: 'v1',
      serving: 'v2 serves everyone',
    });
    expect(result.cause).toContain(leftOut);
    const { deadStable, verdict } = await run.status();
    expect(deadStable).toEqual({ uncompared: ['errors', 'timeouts'] });
    expect(
      verdict?.metrics.map(({ name, gating, because }) => [name, gating, because.includes(leftOut)]),
    ).toEqual([
      ['errors', true, true],
      ['timeouts', false, true],
      ['health', true, false],
    ]);
    expect(world).toMatchObject({ stable: ['v2'], canary: [] });
  });
});

describe('a take-back', () => {
  test('after a verdict gives the traffic back to the dead version and ends', async () => {
    const world = worldOfDeadStable();
    world.measure = () => ({ events: 100, total: 500 });
    await release(world, {}, async (run) => {
      const serving = 'the traffic is back on v1, which was dead when the rollout began and is still dead';
      const result = await run.result();
      expect(result).toMatchObject({ outcome: 'rolled-back', verified: true, serving });
      expect((await run.status()).doing).toBe(
        `rolled-back, ${serving} (read back from the target): ${result.cause}`,
      );
      expect(world).toMatchObject({ stable: ['v1'], canary: [], split: { weight: 0 } });
    });
  });

  test.for<[string, (world: World) => void, string]>([
    [
      'no copy is left',
      (world) => (world.stable = []),
      'the traffic is back on v1, which was dead when the rollout began, and no copy of it runs now',
    ],
    [
      'someone has revived it',
      (world) => (world.stableAlive = true),
      'the traffic is back on v1, which was dead when the rollout began and is alive now',
    ],
    [
      'someone has put another version in its place that is dead too',
      (world) => (world.stable = ['v1.1']),
      'stable runs v1.1, changed meanwhile by someone else; it was v1 when the rollout began, and it is not alive',
    ],
  ])('ends where %s', async ([, meanwhile, serving]) => {
    const world = worldOfDeadStable();
    await release(world, { steps: [{ weight: 5, bake: '9d' }] }, async (run) => {
      await run.until('baking');
      meanwhile(world);
      await run.send('abort');
      expect(await run.result()).toMatchObject({ outcome: 'aborted', verified: true, serving });
      expect(world.effects).toEqual(['deploy v2 5', 'split 5', 'split 0', 'remove']);
    });
  });

  test('does not claim what a target without check cannot tell', async () => {
    const world = worldOfDeadStable();
    world.can.check = false;
    await release(world, { stable: 'v1', steps: [{ weight: 5, bake: '9d' }] }, async (run) => {
      await run.until('baking');
      await run.send('abort');
      expect(await run.result()).toMatchObject({
        verified: false,
        serving: 'the traffic should be back on v1, which was dead when the rollout began',
      });
    });
  });
});

describe('a promotion', () => {
  test('goes on where stable is revived or its copies are gone, and holds where it was changed', async () => {
    const world = worldOfDeadStable();
    await release(world, { steps: [{ approve: 'go' }] }, async (run) => {
      await run.until('waiting');
      world.stable = ['v1.1'];
      await run.send('approve');
      expect((await run.until('holding')).doing).toContain(
        'stable runs v1.1, changed meanwhile by someone else',
      );
      world.stable = [];
      expect(await run.result()).toMatchObject({ outcome: 'promoted', serving: 'v2 serves everyone' });
    });
  });

  test('that fails is halted, since the canary alone is healthy, until a person says abort', async () => {
    const world = worldOfDeadStable();
    world.failAlways('promote', 'refused');
    await release(world, { steps: [{ approve: 'go' }] }, async (run) => {
      await run.until('waiting');
      await run.send('approve');
      expect((await run.until('halted')).doing).toContain('stable runs v1, not alive');
      expect(world).toMatchObject({ canary: ['v2'] });
      await run.send('abort');
      expect(await run.result()).toMatchObject({
        outcome: 'aborted',
        verified: true,
        serving: 'the traffic is back on v1, which was dead when the rollout began and is still dead',
      });
    });
  });
});

describe('is refused before any effect', () => {
  test.for<[string, Partial<RolloutSpec>, (world: World) => void, string]>([
    [
      'without despite, and named',
      { despite: undefined },
      () => undefined,
      'stable of SHOP (v1) is not alive, so there is nothing to compare with or to go back to; fix it first, or, if this release is the fix, say despite: stable-is-dead',
    ],
    [
      'where stable is alive',
      {},
      (world) => (world.stableAlive = true),
      'the spec says despite: stable-is-dead, but stable of SHOP (v1) is alive; remove despite, and the canary is compared with stable',
    ],
    [
      'where nothing runs',
      {},
      (world) => (world.stable = []),
      'the spec says despite: stable-is-dead, but no copy of a stable SHOP runs, dead or alive, so there is nothing to go back to; say first: true in place of despite',
    ],
    [
      'where the canary of an earlier release may be all that serves',
      {},
      (world) => (world.split = { weight: 50, audience: null }),
      'the spec says despite: stable-is-dead, but the canary of an earlier release of SHOP still gets 50% of the traffic and may be all that serves, and a rollout begins without a canary; give stable all the traffic yourself, then start again',
    ],
  ])('%s', async ([, spec, arrange, cause]) => {
    const world = worldOfDeadStable();
    arrange(world);
    await release(world, spec, async (run) => {
      const { service } = await run.status();
      expect(await run.result()).toMatchObject({
        outcome: 'rolled-back',
        cause: cause.replace('SHOP', service),
        serving: 'nothing was changed',
      });
      expect(world.effects).toEqual([]);
    });
  });
});
