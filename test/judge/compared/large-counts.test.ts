import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calm } from '../../../src/judge/sequential/noise.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import { held, judged, throughJson, type Arms } from './comparing.ts';

const busy = fc
  .tuple(fc.integer({ min: 1_000, max: 10_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]): Reading => ({ events: Math.floor(total * share), total }));
const arms = fc.array(fc.tuple(busy, busy), { minLength: 1, maxLength: 10 });
const criteria = fc.constantFrom(
  held('rate'),
  held('rate', { failAbove: 1 }),
  held('rate', { failAbove: 3, passBelow: 1.5 }),
  held('rate', { failAbove: 2, passBelow: 4 }),
  held('rate', { noise: { counts: { dispersion: 1.5, wander: { sd: 0.2, minutes: 30 } } } }),
);

test('a million requests a tick are judged as a hundred are: every number is one, and the bounds are in order', () => {
  fc.assert(
    fc.property(criteria, arms, (criterion, all) => {
      const { verdict } = judged(criterion, all.length, (at) => all[at]!);
      expect(throughJson(verdict as never)).toEqual(verdict);
      // The bounds are of all ticks, and harm may have begun with the last one.
      if (verdict.kind === 'fail') return;
      const { atLeast, atMost } = verdict.metrics[0]!.evidence!;
      expect(atLeast ?? 0).toBeLessThanOrEqual(atMost ?? Infinity);
    }),
    { numRuns: 300 },
  );
});

test.each([1, 3, 0.4])(
  'where the canary has %d times the errors of a busy stable, the bounds hold that',
  (ratio) => {
    const busy: Arms = [
      { events: 10_000 * ratio, total: 100_000 },
      { events: 100_000, total: 1_000_000 },
    ];
    for (const ticks of [1, 2, 20]) {
      const { verdict } = judged(held('rate'), ticks, () => busy);
      const { atLeast, atMost } = verdict.metrics[0]!.evidence!;
      expect(atLeast ?? 0).toBeLessThanOrEqual(ratio);
      expect(atMost ?? Infinity).toBeGreaterThanOrEqual(ratio);
    }
  },
);

test('a pass is not kept by a single huge tick when the canary grows worse', () => {
  const good: Arms = [
    { events: 0, total: 200_000 },
    { events: 20_000, total: 200_000 },
  ];
  const worse: Arms = [
    { events: 1_400, total: 10_000 },
    { events: 1_000, total: 10_000 },
  ];
  const criterion = held('rate', { noise: { counts: calm } });
  const passed = judged(criterion, 1, () => good);
  expect(passed.verdict.kind).toBe('pass');
  const after = judged(criterion, 200, () => worse, { state: passed.state, first: 1 });
  expect(after.verdict.kind).not.toBe('pass');
});

test('a busy canary with three times the errors fails in its first minute', () => {
  const { verdict } = judged(held('rate'), 4, () => [
    { events: 3_000, total: 100_000 },
    { events: 10_000, total: 1_000_000 },
  ]);
  expect(verdict.kind).toBe('fail');
});
