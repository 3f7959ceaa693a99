import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameSplit } from '../../src/domain/split.ts';
import { stepLabel } from '../../src/domain/steps.ts';
import { baselineWeight, weightInForce } from '../../src/domain/weight.ts';

const weights = fc.double({ min: 0.001, max: 100, noNaN: true });
const granularities = fc.oneof(
  fc.constantFrom(0.01, 0.1, 0.5, 1, 5, 10, 100 / 128, 100 / 256, 100 / 3, 100),
  fc.double({ min: 0.001, max: 100, noNaN: true }),
);

describe('the weight in force', () => {
  test.each([
    [33.3, 1, 33],
    [7, 1, 7],
    [0.5, 1, 0],
    [29, 0.1, 29],
    [0.3, 0.1, 0.3],
    [7, 100 / 128, 6.25],
    [99.9, 1, 99],
    [100, 0.39, 100],
    [99, 100, 0],
  ])('of %d%% in multiples of %d%% is %d%%', (weight, granularity, expected) => {
    expect(weightInForce(weight, granularity)).toBe(expected);
  });

  test('is never above the weight, and less than a multiple below it', () => {
    fc.assert(
      fc.property(weights, granularities, (weight, granularity) => {
        const given = weightInForce(weight, granularity);
        expect(given).toBeLessThanOrEqual(weight);
        if (weight < 100) expect(given).toBeGreaterThan(weight - granularity * 1.000001);
        expect(weightInForce(given, granularity)).toBe(given);
      }),
    );
  });

  test('is any weight where the splitter does not say', () => {
    expect(weightInForce(33.333)).toBe(33.333);
    expect(weightInForce(0, 1)).toBe(0);
  });

  test('of canary and baseline is at most all the traffic', () => {
    fc.assert(
      fc.property(weights, granularities, (weight, granularity) => {
        const given = weightInForce(weight, granularity);
        expect(given + baselineWeight(given, granularity)).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('is said beside the step', () => {
    const step = {
      kind: 'bake',
      weight: 33.3,
      audience: null,
      bake: { min: 0, max: 1 },
      onInconclusive: 'hold',
    } as const;
    expect(stepLabel(step)).toBe('33.3%');
    expect(stepLabel(step, 1)).toBe('33.3% (33% in force)');
  });
});

describe('a split that was read back is the one asked for', () => {
  const of = (weight: number, granularity?: number) => ({ weight, audience: null, granularity });

  test('where it is stored as a fraction, as a share of the rest or in 32 bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), (weight) => {
        for (const kept of [(weight / 100) * 100, 100 - (100 - weight), Math.fround(weight / 100) * 100])
          expect(sameSplit(of(kept), of(weight))).toBe(true);
      }),
    );
  });

  test.each([
    ['9 in place of 7', of(9), 7, 7],
    ['33 in place of 33.3, where nobody declared it', of(33), 33.3, 33.3],
    ['34 in place of 33, of a step that allows 33.3', of(34, 1), 33, 33.3],
    ['33.4 in place of 33, of a step that allows 33.3', of(33.4, 1), 33, 33.3],
    ['32 in place of 33', of(32, 1), 33, 33.3],
    ['a little in place of nothing', of(0.4, 1), 0, 0],
    ['nothing in place of a little', of(0), 0.0001, 0.0001],
  ])('unless it is %s', (_, found, asked, most) => {
    expect(sameSplit(found, of(asked), most)).toBe(false);
  });

  test('as exactly as the splitter declares, but never above what the step allows', () => {
    expect(sameSplit(of(33.3, 1), of(33), 33.3)).toBe(true);
    expect(sameSplit(of(6.640625, 0.39), of(6.63), 7)).toBe(true);
    expect(sameSplit(of(6.640625, 0.39), of(6.63), 6.63)).toBe(false);
  });
});
