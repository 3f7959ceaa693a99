import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KayentaRefused, KayentaThrows } from '../../../src/judge/kayenta/errors.ts';
import type { KayentaResult } from '../../../src/judge/kayenta/judge-pairs.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';
import { judge, type Judged } from './judging.ts';

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE),
);
const anyValues = fc.array(anyNumber, { maxLength: 12 });
const anySettings = fc.record(
  {
    direction: fc.constantFrom('increase', 'decrease', 'either', 'Up'),
    nanStrategy: fc.constantFrom('remove', 'replace'),
    critical: fc.boolean(),
    mustHaveData: fc.boolean(),
    muted: fc.boolean(),
    effectSize: fc.record(
      {
        measure: fc.constantFrom('meanRatio', 'cles'),
        allowedIncrease: anyNumber,
        criticalDecrease: anyNumber,
      },
      { requiredKeys: [] },
    ),
    outliers: fc.record({ strategy: fc.constantFrom('keep', 'remove'), outlierFactor: anyNumber }),
  },
  { requiredKeys: [] },
);
const anyMetric: fc.Arbitrary<Judged> = fc.record({
  canary: anyValues,
  baseline: anyValues,
  settings: anySettings,
  groups: fc.array(fc.constantFrom('a', 'b', '__proto__'), { maxLength: 2 }),
});
const anyMetrics = fc.array(anyMetric, { maxLength: 4 });
const anyOptions = fc.record({
  weights: fc.dictionary(fc.constantFrom('a', 'b', 'c'), anyNumber),
  thresholds: fc.record({ pass: anyNumber, marginal: anyNumber }),
});

/** The result, or our own error; anything else that is thrown fails the test. */
function judged(...asked: Parameters<typeof judge>): KayentaResult | undefined {
  try {
    return judge(...asked);
  } catch (error) {
    if (error instanceof KayentaRefused || error instanceof KayentaThrows) return undefined;
    throw error;
  }
}

describe('whatever comes in', () => {
  test.each(['compat', 'strict'] as const)('%s gives a result or an error of its own', (mode) => {
    fc.assert(
      fc.property(anyMetrics, anyOptions, (metrics, options) => {
        const found = judged(metrics, { mode, ...options });
        if (found !== undefined) expect(found.metrics).toHaveLength(metrics.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('strict never passes what it was not given, and never scores above 100', () => {
    fc.assert(
      fc.property(anyMetrics, anyOptions, (metrics, options) => {
        const found = judged(metrics, options);
        if (found === undefined) return;
        expect(found.score).toBeGreaterThanOrEqual(0);
        expect(found.score).toBeLessThanOrEqual(100);
        for (const { classification, canary, baseline } of found.metrics) {
          expect(classification).not.toBe('Error');
          if (classification === 'Pass')
            expect(Math.min(canary.count, baseline.count)).toBeGreaterThanOrEqual(5);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('settings are read, or refused by an error of our own', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        for (const value of [
          anything,
          { canary: anything },
          { canary: { effectSize: anything, critical: anything } },
        ]) {
          try {
            expect(readSettings(value).measure).toMatch(/^(meanRatio|cles)$/);
          } catch (error) {
            expect(error).toBeInstanceOf(KayentaThrows);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the strict judge', () => {
  /** Of values so near each other that no mean is half as large again as the other. */
  const arm = fc.array(fc.integer({ min: 100, max: 149 }), { minLength: 5, maxLength: 20 });

  test('does not mind the order of the points', () => {
    fc.assert(
      fc.property(arm, arm, (canary, baseline) => {
        const label = (one: Judged): string | undefined => judge([one]).metrics[0]?.classification;
        expect(label({ canary: canary.toReversed(), baseline })).toBe(label({ canary, baseline }));
      }),
    );
  });

  test('calls High from the one side what it calls Low from the other', () => {
    const opposite: Record<string, string> = { High: 'Low', Low: 'High', Pass: 'Pass' };
    fc.assert(
      fc.property(arm, arm, (canary, baseline) => {
        const there = judge([{ canary, baseline }]).metrics[0]?.classification ?? '';
        const back = judge([{ canary: baseline, baseline: canary }]).metrics[0]?.classification;
        expect(back).toBe(opposite[there]);
      }),
    );
  });
});
