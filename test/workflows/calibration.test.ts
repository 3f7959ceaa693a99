import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../../activities/failures.ts';
import { randomOf } from '../../src/domain/random.ts';
import type { Track } from '../../src/domain/rollout.ts';
import type { Reading } from '../../src/judge/samples.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createProcedure, type Procedure } from '../support/procedure.ts';
import { World } from '../support/world.ts';

let procedure: Procedure;
beforeAll(async () => {
  procedure = await createProcedure();
});
afterAll(() => procedure.close());

const compared: Partial<RolloutSpec> = {
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      source: {
        type: 'prometheus',
        url: 'http://127.0.0.1:1',
        preset: 'http-server',
        match: 'track="$track"',
      },
    },
  ],
  steps: [{ weight: 50, bake: '10m', onInconclusive: 'advance' }],
};

/** The canary has twice as many errors. */
function worse(track: Track): Reading {
  return { events: track === 'canary' ? 20 : 10, total: 1_000 };
}

/** A day of five copies, each with a rate of its own for as long as it lives. */
function copiesThatDiffer(spread: number) {
  const random = randomOf('copies that differ');
  return Promise.resolve({
    kind: 'rate' as const,
    copies: [0, 1, 2, 3, 4].map((at) =>
      Array.from({ length: 1_440 }, () => ({
        events: random.poisson(60 * spread ** (at - 2)),
        total: 6_000,
      })),
    ),
  });
}

describe('before the first step', () => {
  test("it is found out how much stable's copies differ: what they differ by is no harm", async () => {
    const world = new World();
    world.measure = (_, track) => worse(track);
    world.remember = () => copiesThatDiffer(1.5);
    await procedure.with(world, async (start) => {
      const run = await start(compared);
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
      const { usual } = await run.status();
      expect(usual).toEqual([
        expect.stringMatching(
          /^errors: [\d,]+ of 43,200,000 \(1\.\d+%\) in 5 copies of stable; dispersion [\d.]+, strays by \d\d(\.\d+)?% over/,
        ),
      ]);
    });
  });

  test('where they stray far, a judge that leaves no room leaves some, and says so', async () => {
    const random = randomOf('copies that stray');
    const world = new World();
    world.measure = () => ({ events: 10, total: 1_000 });
    world.remember = () =>
      Promise.resolve({
        kind: 'rate',
        copies: Array.from({ length: 8 }, () => {
          let place = random.normal();
          return Array.from({ length: 1_440 }, () => {
            place = 0.9 * place + Math.sqrt(0.19) * random.normal();
            return { events: random.poisson(20 * Math.exp(0.5 * place)), total: 6_000 };
          });
        }),
      });
    await procedure.with(world, async (start) => {
      const run = await start({ ...compared, judge: 'fast' });
      await run.result();
      const { usual, verdict } = await run.status();
      expect(usual).toEqual([expect.stringMatching(/strays by .*, so failAbove is at least 1\.25$/)]);
      expect(verdict?.because).toMatch(
        /^errors: .*; failAbove is 1\.25 instead of 1, because stable's copies stray$/,
      );
    });
  });

  test('where they do not differ, the same canary is taken back', async () => {
    const world = new World();
    world.measure = (_, track) => worse(track);
    world.remember = () => copiesThatDiffer(1);
    await procedure.with(world, async (start) => {
      expect(await (await start(compared)).result()).toMatchObject({ outcome: 'rolled-back' });
    });
  });

  test('a past that cannot be read is said, and stops nothing', async () => {
    const world = new World();
    world.measure = () => ({ events: 10, total: 1_000 });
    world.remember = () => Promise.reject(unavailable('look: GET http://127.0.0.1:1 answered 503'));
    await procedure.with(world, async (start) => {
      const run = await start(compared);
      expect(await run.result()).toMatchObject({ outcome: 'promoted' });
      expect((await run.status()).usual).toEqual([
        'errors: the past of stable could not be read: look: GET http://127.0.0.1:1 answered 503',
      ]);
    });
  });

  test('noise that the spec gives is not looked for', async () => {
    const world = new World();
    world.measure = (_, track) => worse(track);
    world.remember = () => copiesThatDiffer(1.5);
    const [metric] = compared.metrics ?? [];
    await procedure.with(world, async (start) => {
      const run = await start({
        ...compared,
        metrics: [{ ...metric, noise: { dispersion: 1 } } as typeof metric & object],
      });
      expect(await run.result()).toMatchObject({ outcome: 'rolled-back' });
      expect((await run.status()).usual).toBeUndefined();
    });
  });

  test("it is found out how a limit's errors come: batches are no evidence of a worse version", async () => {
    const limited: Partial<RolloutSpec> = {
      ...compared,
      metrics: [{ ...compared.metrics?.[0], max: '2%' } as NonNullable<RolloutSpec['metrics']>[number]],
    };
    const minutes = Array.from({ length: 1_440 }, (_, at) => ({
      events: at % 10 === 0 ? 10 : 0,
      total: 100,
    }));
    for (const [copies, outcome] of [
      [[minutes], 'promoted'],
      [[], 'rolled-back'],
    ] as const) {
      const world = new World();
      let ticks = 0;
      world.measure = (_, track) => ({
        events: track === 'canary' && ticks++ % 10 === 0 ? 10 : 0,
        total: 100,
      });
      world.remember = () => Promise.resolve({ kind: 'rate', copies: [...copies] });
      await procedure.with(world, async (start) => {
        const run = await start(limited);
        expect(await run.result()).toMatchObject({ outcome });
        expect((await run.status()).usual).toEqual([
          outcome === 'promoted'
            ? expect.stringMatching(
                /^errors: 1,440 of 144,000 \(1%\) in 1 copy of stable; dispersion 1\d(\.\d+)? from minute to minute$/,
              )
            : 'errors: too little is known of the past: 0 copies of stable over 0 minutes',
        ]);
      });
    }
  });
});
