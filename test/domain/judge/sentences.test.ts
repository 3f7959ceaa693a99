import { expect, test } from 'vitest';
import { clipped, joined, number, percent } from '../../../src/domain/judge/sentences.ts';

test.each([
  [0, '0'],
  [1, '1'],
  [1040, '1,040'],
  [1_234_567.891, '1,234,567.89'],
  [-1234.5, '-1,234.5'],
  [999_999.999, '1,000,000'],
  [812.4, '812.4'],
  [0.25, '0.25'],
  [0.004, '0.004'],
  [0.000123, '0.00012'],
  [1e-9, '1.00e-9'],
  [1.5e18, '1.50e+18'],
])('%d is written %s', (value, text) => {
  expect(number(value)).toBe(text);
});

test('a share is written in per cent', () => {
  expect(percent(31 / 1040)).toBe('2.98 %');
});

test('many sentences are cut after three, and long ones at their end', () => {
  expect(joined(['a', 'b', 'c', 'd', 'e'])).toBe('a; b; c; and 2 more metrics');
  expect(clipped('abcdef', 4)).toBe('abc…');
});
