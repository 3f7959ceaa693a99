import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSelected, labelsApart, selectorText } from '../../../../activities/deployers/kubernetes/labels.ts';

const by = (matchLabels: Record<string, string>) => ({
  name: JSON.stringify(matchLabels),
  selector: { matchLabels },
});
const pod = { app: 'checkout', tier: 'web', 'app.kubernetes.io/part-of': 'shop' };

test('one label is enough where all select by it', () => {
  const { labels, caughtBy } = labelsApart(
    pod,
    [by({ app: 'checkout' }), by({ app: 'checkout', tier: 'web' })],
    'canary',
  );
  expect(labels).toEqual({ ...pod, app: 'checkout-canary' });
  expect(caughtBy).toEqual([]);
});

test('each of several selectors is escaped', () => {
  const { labels, caughtBy } = labelsApart(pod, [by({ app: 'checkout' }), by({ tier: 'web' })], 'baseline');
  expect(labels).toEqual({ ...pod, app: 'checkout-baseline', tier: 'web-baseline' });
  expect(caughtBy).toEqual([]);
});

test('what the Service of stable selects by stays where copies share the traffic', () => {
  const out = [by({ app: 'checkout', tier: 'web' })];
  expect(labelsApart(pod, out, 'canary', new Set(['app']))).toEqual({
    labels: { ...pod, tier: 'web-canary' },
    caughtBy: [],
  });
  expect(labelsApart(pod, [by({ app: 'checkout' })], 'canary', new Set(['app'])).caughtBy).toEqual([
    '{"app":"checkout"}',
  ]);
});

test.each([
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['checkout', 'cart'] }] }],
  [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }],
  [{ matchLabels: { app: 'checkout' }, matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] }],
])('expressions are escaped as well: %j', (selector) => {
  const { labels, caughtBy } = labelsApart(pod, [{ name: 'it', selector }], 'canary');
  expect(caughtBy).toEqual([]);
  expect(isSelected(selector, labels)).toBe(false);
});

test('says what it cannot escape', () => {
  const selector = { matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] };
  expect(labelsApart(pod, [{ name: 'the budget', selector }], 'canary').caughtBy).toEqual(['the budget']);
});

test('a selector is written as the API reads it', () => {
  expect(
    selectorText({
      matchLabels: { app: 'checkout' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['web', 'api'] },
        { key: 'old', operator: 'DoesNotExist' },
        { key: 'track', operator: 'NotIn', values: ['test'] },
        { key: 'team', operator: 'Exists' },
      ],
    }),
  ).toBe('app=checkout,tier in (web,api),!old,track notin (test),team');
});

const label = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y'), { minKeys: 1 });

test('nothing that selects by labels ever selects what is apart', () => {
  fc.assert(
    fc.property(label, fc.array(label, { maxLength: 5 }), (own, selectors) => {
      const { labels, caughtBy } = labelsApart(own, selectors.map(by), 'canary');
      expect(caughtBy).toEqual([]);
      for (const matchLabels of selectors) expect(isSelected({ matchLabels }, labels)).toBe(false);
    }),
  );
});
