import { expect, test } from 'vitest';
import type { Criterion } from '../../../src/judge/criteria.ts';
import { judgingOf } from '../../../src/judge/judge.ts';
import { neededText, stillNeeded } from '../../../src/judge/compared/needed.ts';
import { randomOf } from '../../../src/domain/random.ts';
import type { Tick } from '../../../src/judge/samples.ts';

const margins = { failAbove: 1.25, passBelow: 1.5 };
const criterion: Criterion = {
  name: 'errors',
  kind: 'rate',
  gating: true,
  comparison: { ...margins, noise: { counts: { dispersion: 1, wander: { sd: 0, minutes: 1 } } } },
};
const traffic = { canary: 3000, stable: 57_000, time: 600_000 };
const evidence = {
  canary: { sum: 15, n: 3000 },
  stable: { sum: 285, n: 57_000 },
  ratio: 1,
  atLeast: 0.5,
  atMost: 2,
  harm: 0.5,
  pass: 1,
  needed: { harm: 100, pass: 20 },
};

test('it is said how many more requests the nearest verdict takes, and in what time they come', () => {
  const needed = stillNeeded(evidence, margins, traffic, 1);
  expect(neededText(needed, traffic, 'request')).toBe(
    'a pass takes about 4,100 more requests of the canary, 13m30s',
  );
  const worse = { ...evidence, canary: { sum: 45, n: 3000 } };
  expect(neededText(stillNeeded(worse, margins, traffic, 1), traffic, 'request')).toBe(
    'a fail takes about 850 more requests of the canary, 2m50s',
  );
  expect(
    neededText(
      stillNeeded(evidence, margins, { ...traffic, time: 0 }, 1),
      { ...traffic, time: 0 },
      'request',
    ),
  ).toBe('a pass takes about 4,100 more requests of the canary');
});

test('events that come by threes tell a third as much', () => {
  const [once, thrice] = [1, 3].map((dispersion) => stillNeeded(evidence, margins, traffic, dispersion));
  expect((thrice?.requests ?? 0) / (once?.requests ?? 1)).toBeCloseTo(3);
});

test('nothing is foretold of a handful of events, nor of an arm without requests', () => {
  const few = { ...evidence, canary: { sum: 0, n: 3000 }, stable: { sum: 5, n: 57_000 } };
  expect(stillNeeded(few, margins, traffic, 1)).toBeNull();
  expect(stillNeeded(evidence, margins, { ...traffic, canary: 0 }, 1)).toBeNull();
  const none = { ...evidence, stable: { sum: 0, n: 57_000 } };
  expect(stillNeeded(none, margins, traffic, 1)).toBeNull();
  expect(neededText(null, traffic, 'request')).toBeNull();
});

/** Milliseconds that a rollout of 100 requests a second at 5% takes to pass after a quarter of an hour, and the foretold. */
function passing(seed: number): { foretold: number; took: number } | null {
  const random = randomOf(`needed ${String(seed)}`);
  const judging = judgingOf([criterion], {}, { alpha: 0.01, beta: 0.05 });
  const every = 15_000;
  let foretold: number | null = null;
  for (let at = 0; at < 2000; at += 1) {
    const reading = (mean: number) => ({ events: random.poisson(mean * 0.005), total: mean });
    const tick: Tick = {
      window: { from: at * every, to: (at + 1) * every },
      metrics: { errors: { canary: reading(75), stable: reading(1425) } },
    };
    judging.add(tick);
    if (judging.kind() === 'pass') {
      return foretold === null ? null : { foretold, took: (at - 59) * every };
    }
    if (at === 59) {
      const found = /canary, (?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(judging.verdict().because);
      if (found === null) return null;
      const [hours, minutes, seconds] = found
        .slice(1)
        .map((part) => Number((part as string | undefined) ?? 0));
      foretold = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
    }
  }
  return null;
}

test('what is foretold is what it takes, in the middle of many rollouts', () => {
  const ratios = Array.from({ length: 300 }, (_, seed) => passing(seed))
    .filter((one) => one !== null)
    .map(({ foretold, took }) => took / foretold)
    .sort((one, other) => one - other);
  expect(ratios.length).toBeGreaterThan(100);
  const median = ratios[Math.floor(ratios.length / 2)] ?? 0;
  expect(median).toBeGreaterThan(0.5);
  expect(median).toBeLessThan(2);
});
