import { expect, test } from 'vitest';
import { number, percent } from '../../src/text/number.ts';
import { clipped, joined } from '../../src/judge/sentences.ts';

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
  expect(percent(31 / 1040)).toBe('2.98%');
});

test('what is said of many metrics is cut after three sentences, and long ones at their end', () => {
  const said = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, because: `${name} is bad` }));
  expect(joined(said)).toBe('a: a is bad; b: b is bad; c: c is bad; and 2 more metrics');
  expect(clipped('abcdef', 5)).toBe('ab…');
  expect(clipped('abcdef', 6)).toBe('abcdef');
});

test('what is the same of several metrics is said once', () => {
  const away = 'the source is away';
  const said = [
    { name: 'errors', because: away },
    { name: 'memory', because: 'NaN' },
    { name: 'latency', because: away },
  ];
  expect(joined(said)).toBe('errors, latency: the source is away; memory: NaN');
});
