import { expect, test } from 'vitest';
import { withMatchers } from '../../src/spec/prometheus/filling.ts';
import { isSelector } from '../../src/spec/prometheus/selector.ts';
import { sumsOrZero } from '../../src/spec/prometheus/sums.ts';
import { completeSpec } from '../../src/spec/parse.ts';

const workload = [{ label: 'workload', op: '=', value: '"shop-canary"' }];

test.each([
  ['up', 'up{workload="shop-canary"}'],
  ['up{}', 'up{workload="shop-canary"}'],
  ['up{ job="a", }', 'up{workload="shop-canary", job="a", }'],
  [
    'sum(rate(a[5m])) / sum(rate(b{c="d"}[5m] offset 1m))',
    'sum(rate(a{workload="shop-canary"}[5m])) / sum(rate(b{workload="shop-canary",c="d"}[5m] offset 1m))',
  ],
  ['a{workload="shop"} - a', 'a{workload="shop"} - a{workload="shop-canary"}'],
  ['# a{b="c"}\na', '# a{b="c"}\na{workload="shop-canary"}'],
  ['{"http.requests"}', '{workload="shop-canary","http.requests"}'],
])('the labels of a track are added to each selector that does not name them: %s', (text, expected) => {
  expect(withMatchers(text, workload)).toBe(expected);
});

test('no labels change nothing', () => {
  expect(withMatchers('up{}', [])).toBe('up{}');
  expect(isSelector(withMatchers('up', workload))).toBe(true);
});

test.each([
  ['sum(a)', '(sum(a) or vector(0))'],
  ['sum(a) / sum(b) * 100', '(sum(a) or vector(0)) / sum(b) * 100'],
  ['sum(a) / sum(b) < bool 0.01', '(sum(a) or vector(0)) / sum(b) < bool 0.01'],
  ['1 - sum(a) / (1 + sum(b))', '1 - (sum(a) or vector(0)) / (1 + sum(b))'],
  ['sum(a) % sum(b)', '(sum(a) or vector(0)) % sum(b)'],
  ['sum by (job) (a)', '(sum by (job) (a) or vector(0))'],
  ['sum(a) by (job) / sum(b) by (job)', 'sum(a) by (job) / sum(b) by (job)'],
  ['count(a == 1)', '(count(a == 1) or vector(0))'],
  ['sum(sum by (job) (a))', '(sum(sum by (job) (a)) or vector(0))'],
  ['max(a)', 'max(a)'],
  ['sum_of_things', 'sum_of_things'],
])('a sum over nothing is 0: %s', (text, expected) => {
  expect(sumsOrZero(text, () => false)).toBe(expected);
});

test.each([
  ['sum(rate(a[1m]))', 0, 'sum(rate(a[1m]))'],
  ['sum(rate(a[1m])) - sum(rate(b[1m]))', 1, '(sum(rate(a[1m])) or vector(0)) - sum(rate(b[1m]))'],
  ['sum(a + b)', 0, 'sum(a + b)'],
])('a sum over series that are there, and have no rate yet, is not 0: %s', (text, there, expected) => {
  expect(sumsOrZero(text, (at) => at === there)).toBe(expected);
});

test('the labels of the tracks are those of the spec, or of the source in their place', () => {
  const tracks = (name: string) => ({
    canary: { [name]: '' },
    stable: { [name]: { not: '' }, pod: { matches: '$service-.*' } },
  });
  const source = { type: 'prometheus', url: 'http://p/', preset: 'http-server' };
  const { metrics } = completeSpec({
    service: 'shop',
    version: '2',
    target: { type: 'http', url: 'http://t/' },
    tracks: tracks('a'),
    metrics: [
      { name: 'one', kind: 'rate', source },
      { name: 'other', kind: 'rate', source: { ...source, tracks: tracks('b') } },
    ],
    steps: [{ weight: 5, bake: '1m' }],
  });
  expect(metrics).toMatchObject(
    ['a', 'b'].map((label) => ({
      source: {
        tracks: {
          canary: [{ label, op: '=', value: '""' }],
          stable: [
            { label, op: '!=', value: '""' },
            { label: 'pod', op: '=~', value: '"$service-.*"' },
          ],
        },
      },
    })),
  );
});
