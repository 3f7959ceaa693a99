import { expect, test } from 'vitest';
import { arrivalsOf } from '../../../bench/load/arrivals.ts';
import { percentileOf, waitsUnder } from '../../../bench/load/percentile.ts';

/** Milliseconds of `amount` requests at each of so many bursts. */
function bursts(count: number, every: number, amount: number): number[] {
  return Array.from({ length: count * amount }, (_, at) => 7000.5 + Math.floor(at / amount) * every);
}

test('an even rate is one without bursts', () => {
  expect(arrivalsOf(bursts(300, 10, 1), 100, 3)).toEqual({ mean: 100, worstSecond: 0, burst: 1 });
  expect(arrivalsOf(bursts(3000, 1, 1), 1000, 3).worstSecond).toBeCloseTo(-0.004);
});

test('a burst a second holds the rate and is ten times what is due in a tenth', () => {
  expect(arrivalsOf(bursts(3, 1000, 50), 50, 3)).toEqual({ mean: 50, worstSecond: 0, burst: 10 });
});

test('the worst second may be one without any', () => {
  const came = bursts(300, 10, 1).filter((at) => at < 7990 || at > 9010);
  expect(arrivalsOf(came, 100, 3)).toMatchObject({ worstSecond: -1, burst: 1 });
});

test('what comes after the run is not counted, and nothing is nothing', () => {
  expect(arrivalsOf(bursts(5, 1000, 1), 1, 2).mean).toBe(1);
  expect(arrivalsOf([], 50, 2)).toEqual({ mean: 0, worstSecond: -1, burst: 0 });
});

test('users who meet a stall wait until it is over', () => {
  const waits = waitsUnder({ after: 3500, lasts: 1000 }, 200, 8);
  expect(waits).toHaveLength(1600);
  expect(waits.filter((wait) => wait > 0)).toHaveLength(200);
  expect([0.5, 0.9, 0.99, 1].map((share) => percentileOf(waits, share))).toEqual([0, 200, 920, 1000]);
});
