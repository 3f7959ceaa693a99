import { describe, expect, test } from 'vitest';
import { calm, doubled, judge, type Judged } from './judging.ts';

const halved = calm.map((value) => value / 2);

describe.each(['compat', 'strict'] as const)('a metric in %s', (mode) => {
  const label = (metric: Partial<Judged>): string | undefined =>
    judge([{ canary: calm, baseline: calm, ...metric }], { mode }).metrics[0]?.classification;

  test.each([
    ['either', doubled, 'High'],
    ['either', halved, 'Low'],
    ['increase', doubled, 'High'],
    ['increase', halved, 'Pass'],
    ['decrease', doubled, 'Pass'],
    ['decrease', halved, 'Low'],
  ])('whose direction is %s', (direction, canary, expected) => {
    expect(label({ canary, settings: { direction } })).toBe(expected);
  });

  test.each([
    [{ allowedIncrease: 2 }, 'High'],
    [{ allowedIncrease: 2.1 }, 'Pass'],
    [{ measure: 'cles', allowedIncrease: 1 }, 'High'],
    [{ measure: 'cles', allowedIncrease: 1.01 }, 'Pass'],
  ])('is High from the allowed increase on: %j', (effectSize, expected) => {
    expect(label({ canary: doubled, settings: { effectSize } })).toBe(expected);
  });

  test('counts an effect that cannot be computed as large enough', () => {
    const zero = Array<number>(7).fill(0);
    const found = judge(
      [{ canary: doubled, baseline: zero, settings: { effectSize: { allowedIncrease: 9 } } }],
      { mode },
    );
    expect(found.metrics[0]).toMatchObject({ classification: 'High', ratio: NaN });
  });

  test('is critical only beyond the critical effect', () => {
    const settings = { critical: true, effectSize: { criticalIncrease: 3 } };
    const below = judge([{ canary: doubled, baseline: calm, settings }], { mode });
    expect(below.metrics[0]).toMatchObject({
      classification: 'High',
      critical: false,
      reason: 'm0 was classified as High',
    });
    const above = judge([{ canary: doubled, baseline: calm, settings: { critical: true } }], { mode });
    expect(above.metrics[0]).toMatchObject({
      classification: 'High',
      critical: true,
      reason: 'The metric m0 was classified as High (Critical)',
    });
    expect(above.reason).toBe('Canary Failed: The metric m0 was classified as High (Critical)');
  });

  test('is identical in another order, and with one value of another length', () => {
    expect(label({ canary: calm.toReversed() })).toBe('Pass');
    expect(label({ canary: Array<number>(5).fill(3), baseline: Array<number>(9).fill(3) })).toBe('Pass');
  });

  test.each([
    [{ critical: true }, 'Nodata', true],
    [{ mustHaveData: true }, 'NodataFailMetric', false],
    [{ mustHaveData: true, critical: true }, 'Nodata', true],
  ])('without data: %j', (settings, classification, critical) => {
    const found = judge([{ canary: [NaN, NaN], baseline: calm, settings }], { mode });
    expect(found.metrics[0]).toMatchObject({ classification, critical, reason: 'Missing data for m0' });
    expect(found.score).toBe(0);
  });

  test('without data in either arm is not counted', () => {
    const none = { canary: [NaN, NaN], baseline: [NaN] };
    const { score, metrics } = judge([none, ...[1, 2].map(() => ({ canary: calm, baseline: calm }))], {
      mode,
    });
    expect(metrics[0]).toMatchObject({ classification: 'Nodata', critical: false });
    expect(score).toBe(100);
  });

  test('leaves points without a number out, or takes them as 0', () => {
    const gaps = [...calm, NaN, NaN, NaN];
    const count = (nanStrategy: string): number | undefined =>
      judge([{ canary: gaps, baseline: calm, settings: { nanStrategy } }], { mode }).metrics[0]?.canary.count;
    expect(count('remove')).toBe(7);
    expect(count('replace')).toBe(10);
  });

  test('drops the outliers of each arm, if asked', () => {
    const long = Array.from({ length: 120 }, (_, at) => 10 + (at % 5));
    const spiked = [...long, 5000];
    const kept = { canary: spiked, baseline: [5000, ...long.slice(1), 10] };
    expect(judge([kept], { mode }).metrics[0]?.canary.max).toBe(5000);
    const settings = { outliers: { strategy: 'remove' } };
    const found = judge([{ canary: spiked, baseline: long, settings }], { mode });
    expect(found.metrics[0]).toMatchObject({
      classification: 'Pass',
      reason: 'The Canary and Baseline data are identical',
      canary: { max: 14, count: 120 },
    });
  });
});
