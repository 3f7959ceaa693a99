import { expect, test } from 'vitest';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import type { Counts } from '../../../src/judge/sequential/rate-ratio.ts';
import {
  dispersionOf,
  noDispersion,
  withTick,
  type RunningDispersion,
} from '../../../src/judge/sequential/running-dispersion.ts';

function tick(random: Random, by: number, ratio = 1): Counts {
  return {
    canaryEvents: by * random.poisson((5 * ratio) / by),
    canaryExposure: 500,
    stableEvents: by * random.poisson(45 / by),
    stableExposure: 4_500,
  };
}

function after(ticks: number, next: () => Counts): RunningDispersion {
  let running = noDispersion;
  for (let at = 0; at < ticks; at += 1) running = withTick(running, next(), 15_000);
  return running;
}

test('is 1 before anything was seen, and never below', () => {
  expect(dispersionOf(noDispersion)).toBe(1);
  const random = randomOf('running');
  for (let ticks = 1; ticks < 100; ticks += 7) {
    expect(dispersionOf(after(ticks, () => tick(random, 1)))).toBeGreaterThanOrEqual(1);
  }
});

test('stays about 1 for independent events, whatever the ratio of the arms', () => {
  for (const ratio of [0.3, 1, 3]) {
    const random = randomOf(`running ${String(ratio)}`);
    expect(dispersionOf(after(1_000, () => tick(random, 1, ratio)))).toBeLessThan(1.5);
  }
});

test('comes to 3 for events that come by threes', () => {
  const random = randomOf('running by threes');
  const dispersion = dispersionOf(after(1_000, () => tick(random, 3)));
  expect(dispersion).toBeGreaterThan(2.4);
  expect(dispersion).toBeLessThan(4.5);
});

test('grows where the canary has better and worse quarters of an hour', () => {
  const random = randomOf('running quarters');
  let at = 0;
  const running = after(1_000, () => tick(random, 1, Math.floor(at++ / 60) % 2 === 0 ? 0.5 : 1.5));
  expect(dispersionOf(running)).toBeGreaterThan(3);
});

test('believes a few blocks only a little', () => {
  const far = { canaryEvents: 20, canaryExposure: 500, stableEvents: 45, stableExposure: 4_500 };
  const near = { ...far, canaryEvents: 0 };
  let at = 0;
  const running = after(8, () => (at++ % 8 < 4 ? near : far));
  expect(dispersionOf(running)).toBeGreaterThan(1);
  expect(dispersionOf(running)).toBeLessThan(10);
});

test('stays small where a storm hits both arms and the canary has errors of its own', () => {
  const random = randomOf('running storm');
  let at = 0;
  const running = after(1_000, () => {
    const storm = Math.floor(at++ / 40) % 2 === 0 ? 1 : 100;
    return {
      canaryEvents: random.poisson(5 * storm) + random.poisson(10),
      canaryExposure: 5_000,
      stableEvents: random.poisson(95 * storm),
      stableExposure: 95_000,
    };
  });
  expect(dispersionOf(running)).toBeLessThan(20);
});

test('goes through JSON unchanged', () => {
  const random = randomOf('running json');
  const running = after(333, () => tick(random, 2));
  expect(JSON.parse(JSON.stringify(running))).toEqual(running);
});
