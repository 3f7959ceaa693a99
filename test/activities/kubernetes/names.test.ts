import { expect, test } from 'vitest';
import { besideName, hashOf, labelValue } from '../../../activities/kubernetes/names.ts';

test('what stands beside stable has its name', () => {
  expect(besideName('checkout', 'canary')).toBe('checkout-canary');
  expect(besideName('checkout', 'baseline')).toBe('checkout-baseline');
});

test('every name fits a Service, and no two stables share one', () => {
  const long = 'a'.repeat(60);
  const names = [long, `${long}b`, 'check.out', 'check-out'].map((name) => besideName(name, 'canary'));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
});

test.each(['2.4.0', 'staging/checkout', '1.0.0+build', '-', '', 'ü', 'x'.repeat(100)])(
  'a label can say %j',
  (text) => {
    expect(labelValue(text)).toMatch(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/);
  },
);

test('no two texts share a value of a label', () => {
  expect(labelValue('1.0+a')).not.toBe(labelValue('1.0-a'));
});

test('a hash is of what is said, not of the order in which it is', () => {
  expect(hashOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hashOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
});
