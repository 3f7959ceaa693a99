import { expect, test } from 'vitest';
import { duration, milliseconds } from '../../src/text/duration.ts';

test.each([
  [0, '0s'],
  [-5, '0s'],
  [0.4, '0s'],
  [250, '250ms'],
  [999.7, '1s'],
  [1_650, '1.7s'],
  [9_960, '10s'],
  [45_000, '45s'],
  [59_700, '1m'],
  [150_000, '2m30s'],
  [7_200_000, '2h'],
  [7_201_000, '2h'],
  [93_600_000, '1d2h'],
  [7_776_000_000, '90d'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a latency keeps its unit, so that it can be held against its limit', () => {
  expect([0.25, 775, 1_250].map(milliseconds)).toEqual(['0.25ms', '775ms', '1,250ms']);
});
