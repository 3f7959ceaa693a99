import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHigh } from '../../bench/judge/rules/kayenta.ts';
import { classify, netflix } from '../../src/judge/kayenta/classify.ts';
import { javaNoise } from '../../src/judge/kayenta/noise.ts';
import { readSettings } from '../../src/judge/kayenta/settings.ts';

const settings = readSettings({ canary: { direction: 'increase' } });
const ascending = (a: number, b: number): number => a - b;

/** Few values, so that there are ties, at the scales of error rates, latencies and gauges. */
const sample = fc
  .tuple(fc.constantFrom(1e-4, 0.003, 0.1, 10), fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 }))
  .map(([scale, values]) => values.map((value) => value * scale).toSorted(ascending));

test("the benchmark's shortcut finds what Kayenta's judge finds", () => {
  fc.assert(
    fc.property(sample, sample, (canary, other) => {
      const how = { ...netflix, search: { noise: javaNoise(1) } };
      const judged = classify('signal', canary, other, settings, how).classification === 'High';
      expect(isHigh(canary, other)).toBe(judged);
    }),
    { numRuns: 2000 },
  );
});
