import { expect, test } from 'vitest';
import { wilson } from '../../bench/judge/wilson.ts';

// Newcombe's examples ("Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998), and
// a cell of the benchmark without a false alarm.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [0, 400, 0, 0.0095],
])('%i of %i lie between %f and %f', (count, all, low, high) => {
  const found = wilson(count, all);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

test('nothing seen says nothing', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
});
