import { describe, expect, test } from 'vitest';
import { every, ticksPerMinute, type Arm } from '../../bench/judge/observed.ts';
import type { Simulated } from '../../bench/judge/world/simulated.ts';
import { pointsOf } from '../../bench/judge/rules/minutes.ts';
import type { EffectName } from '../../bench/judge/world/effects.ts';
import { drawRun } from '../../bench/judge/world/run.ts';
import { worlds, type WorldName } from '../../bench/judge/world/worlds.ts';

/** Runs of one hour, put together. */
function runs(world: WorldName, effect: EffectName = 'none', count = 60): Simulated[] {
  return Array.from({ length: count }, (_, run) => drawRun({ seed: 5, world, effect, run }, 1));
}

const sum = (series: Iterable<number>): number => [...series].reduce((total, value) => total + value, 0);
const total = (all: readonly Simulated[], arm: 'canary' | 'stable', series: 'requests' | 'errors'): number =>
  sum(all.map((run) => sum(run[arm][series])));
const errorRate = (all: readonly Simulated[], arm: 'canary' | 'stable'): number =>
  total(all, arm, 'errors') / total(all, arm, 'requests');

/** The variance over the mean of the canary's errors in blocks of so many ticks. */
function dispersion(all: readonly Simulated[], ticks: number): number {
  const counts = all.flatMap(({ canary }) =>
    Array.from({ length: canary.errors.length / ticks }, (_, at) =>
      sum(canary.errors.subarray(at * ticks, (at + 1) * ticks)),
    ),
  );
  const mean = sum(counts) / counts.length;
  return sum(counts.map((count) => (count - mean) ** 2)) / counts.length / mean;
}

describe('every world', () => {
  const names = Object.keys(worlds) as WorldName[];

  test.each(names)('%s has its traffic, split and error rate on average', (name) => {
    const all = runs(name, 'none', 120);
    const { rate, errorRate: base, split } = worlds[name];
    const seconds = sum(all.map(({ ticks }) => ticks * every));
    const canary = total(all, 'canary', 'requests');
    const both = canary + total(all, 'stable', 'requests');
    const weight = sum(all.flatMap((run) => [...run.weight])) / sum(all.map(({ ticks }) => ticks));
    expect(both / seconds / rate).toBeCloseTo(1, name === 'diurnal' ? 0 : 1);
    expect(canary / both / (weight * split)).toBeCloseTo(1, 0.5);
    const incident =
      sum(all.flatMap(({ truth }) => [...truth.incident])) / sum(all.map(({ ticks }) => ticks));
    if (base === 0) expect(errorRate(all, 'stable')).toBe(0);
    else expect(errorRate(all, 'stable') / base / incident).toBeCloseTo(1, 0.5);
  });

  test.each(names)('%s keeps counts within their totals, and buckets cumulative', (name) => {
    const { canary, stable, baseline, scraped, history } = drawRun(
      { seed: 5, world: name, effect: 'p99-2', run: 0 },
      2,
    );
    for (const { requests, errors, buckets } of [canary, stable, baseline, history.others, ...history.pods]) {
      expect(requests.every((n, at) => (errors[at] ?? 0) <= n)).toBe(true);
      const cumulative = [...buckets, requests];
      cumulative.slice(1).forEach((bucket, at) => {
        expect(bucket.every((n, tick) => n >= (cumulative[at]?.[tick] ?? 0))).toBe(true);
      });
    }
    expect(canary.requests.every((n, tick) => scraped[tick] === 1 || n === 0)).toBe(true);
    expect(canary.gauge.every((value, tick) => Number.isNaN(value) === (scraped[tick] === 0))).toBe(true);
  });
});

describe('the errors of a world', () => {
  test('are independent in iid', () => {
    expect(dispersion(runs('iid'), 1)).toBeCloseTo(1, 1);
  });

  test('come by three in batch', () => {
    const all = runs('batch');
    expect(all.every(({ canary }) => canary.errors.every((errors) => errors % 3 === 0))).toBe(true);
    expect(dispersion(all, 1) / 3).toBeCloseTo(1, 1);
  });

  test('vary by CV² 0.5 from minute to minute in gamma', () => {
    // Of a mean of 1.5 errors a minute: 1 + 1.5 × 0.5.
    expect(dispersion(runs('gamma', 'none', 200), ticksPerMinute)).toBeCloseTo(1.75, 0.5);
  });

  test('wander for a quarter of an hour in autoregression, and for life in pods', () => {
    const hour = 60 * ticksPerMinute;
    expect(dispersion(runs('autoregression', 'none', 200), hour)).toBeGreaterThan(4);
    // Of a mean of 90 errors an hour: 1 + 90 × (exp(0.15²) − 1).
    const lasting = dispersion(runs('pods', 'none', 400), hour);
    expect(lasting).toBeGreaterThan(2.3);
    expect(lasting).toBeLessThan(3.8);
  });

  test('are ten times as many in both arms during an incident', () => {
    const { canary, stable, truth } = drawRun({ seed: 5, world: 'incident', effect: 'none', run: 0 }, 24);
    const during = (arm: Arm, times: number): number => {
      const is = (_: number, tick: number): boolean => truth.incident[tick] === times;
      return sum(arm.errors.filter(is)) / sum(arm.requests.filter(is));
    };
    expect(truth.incident.filter((times) => times === 10)).toHaveLength(180 * ticksPerMinute);
    for (const arm of [canary, stable]) expect(during(arm, 10) / during(arm, 1) / 10).toBeCloseTo(1, 0.5);
  });
});

describe('an effect', () => {
  test.each([
    ['errors-3', 3],
    ['improvement', 0.5],
  ] as const)('%s changes the error rate of the canary alone', (effect, times) => {
    const all = runs('iid', effect);
    expect(errorRate(all, 'canary') / errorRate(all, 'stable') / times).toBeCloseTo(1, 0.5);
  });

  test('on the p99 leaves the median', () => {
    const [run] = runs('iid', 'p99-2', 1);
    const { canary, stable } = run!;
    const under = (arm: Arm, bound: number): number => sum(arm.buckets[bound]!) / sum(arm.requests);
    expect(under(canary, 4)).toBeCloseTo(under(stable, 4), 1);
    expect(1 - under(canary, 6)).toBeGreaterThan(20 * (1 - under(stable, 6)));
    const mean = (points: Float64Array): number => sum(points) / points.length;
    expect(mean(pointsOf(canary, 'latency')) / mean(pointsOf(stable, 'latency'))).toBeGreaterThan(1.7);
  });

  test('begins in the seventh hour in late', () => {
    const { truth, canary } = drawRun({ seed: 5, world: 'late', effect: 'errors-10', run: 0 }, 12);
    expect(truth.onset / ticksPerMinute).toBeGreaterThanOrEqual(360);
    expect(truth.onset / ticksPerMinute).toBeLessThanOrEqual(420);
    const rate = (from: number, to?: number): number =>
      sum(canary.errors.subarray(from, to)) / sum(canary.requests.subarray(from, to));
    expect(rate(truth.onset) / rate(0, truth.onset)).toBeGreaterThan(7);
  });

  test('is 1% errors where stable has none', () => {
    expect(errorRate(runs('flawless', 'errors-3'), 'canary')).toBeCloseTo(0.01, 3);
  });
});

test('a missed scrape leaves its growth to the next one, a reset loses it', () => {
  const all = runs('gaps', 'none', 200);
  const ticks = all.flatMap(({ scraped }) => [...scraped]);
  expect(1 - sum(ticks) / ticks.length).toBeCloseTo(0.052, 2);
  const whole = total(runs('iid', 'none', 200), 'stable', 'requests');
  expect(total(all, 'stable', 'requests') / whole).toBeCloseTo(1, 1);
  expect(
    all.some(({ scraped, stable }) =>
      scraped.some((known, at) => known === 0 && stable.requests[at + 1]! > 2200),
    ),
  ).toBe(true);
});
