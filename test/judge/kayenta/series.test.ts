import { describe, expect, test } from 'vitest';
import { KayentaThrows } from '../../../src/judge/kayenta/errors.ts';
import { decideLooks, lookWindows } from '../../../src/judge/kayenta/looks.ts';
import { byMean } from '../../../src/judge/kayenta/mean-inequality.ts';
import { javaNoise } from '../../../src/judge/kayenta/noise.ts';
import { beyondSigmas, outsideFences, withoutOutliers } from '../../../src/judge/kayenta/outliers.ts';
import { expectedPoints, padded, pairSeries } from '../../../src/judge/kayenta/pairs.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';
import { percentile, summary } from '../../../src/judge/kayenta/statistics.ts';

describe('pairing', () => {
  const series = (tags: Record<string, string>, values: number[], expected = 0) => ({
    tags,
    values,
    expected,
  });

  test('is by tags, whatever their order, with an empty series where an arm has none', () => {
    const pairs = pairSeries(
      'm',
      [series({ zone: 'a', pod: '1' }, [1]), series({ zone: 'b', pod: '1' }, [2])],
      [series({ pod: '1', zone: 'a' }, [3])],
    );
    expect(pairs).toEqual([
      { name: 'm', tags: { zone: 'a', pod: '1' }, canary: [1], baseline: [3] },
      { name: 'm', tags: { zone: 'b', pod: '1' }, canary: [2], baseline: [] },
    ]);
  });

  test('leaves the placeholder of an arm without data out, and is as long as it should be', () => {
    expect(pairSeries('m', [series({}, [], 3)], [series({ pod: '1' }, [7, 8], 3)])).toEqual([
      { name: 'm', tags: { pod: '1' }, canary: [NaN, NaN, NaN], baseline: [7, 8, NaN] },
    ]);
  });

  test('refuses an arm without any series, and arms with different tags', () => {
    expect(() => pairSeries('m', [], [series({}, [1])])).toThrow(KayentaThrows);
    expect(() => pairSeries('m', [series({ pod: '1' }, [])], [series({ zone: 'a' }, [])])).toThrow(
      'the canary is grouped by pod, the baseline by zone',
    );
  });

  test('pads up to what fits into the window, and not at all without a step', () => {
    expect(padded([1], expectedPoints(0, 179_999, 60_000))).toEqual([1, NaN]);
    expect(padded([1], expectedPoints(0, 180_000, 0))).toEqual([1]);
    expect(padded([1, 2, 3], 2)).toEqual([1, 2, 3]);
  });
});

describe('looks', () => {
  const minute = 60_000;

  test('grow from the start of the analysis', () => {
    const windows = lookWindows({ start: 0, lifetimeMins: 35, analysisIntervalMins: 10, beginAfterMins: 5 });
    expect(windows).toEqual([15, 25, 35].map((end) => ({ start: 5 * minute, end: end * minute })));
  });

  test('slide, when they look back', () => {
    const windows = lookWindows({ start: 0, lifetimeMins: 20, analysisIntervalMins: 10, lookbackMins: 15 });
    expect(windows).toEqual([
      { start: -5 * minute, end: 10 * minute },
      { start: 5 * minute, end: 20 * minute },
    ]);
  });

  test.each([undefined, 0, 99])('are one, without an interval that fits: %s', (interval) => {
    const plan = interval === undefined ? {} : { analysisIntervalMins: interval };
    expect(lookWindows({ start: 0, lifetimeMins: 30, ...plan })).toEqual([{ start: 0, end: 30 * minute }]);
  });

  test('end at a score that is marginal, and pass by the last one only', () => {
    const thresholds = { pass: 90, marginal: 50 };
    expect(decideLooks([70, 60], 3, thresholds)).toEqual({ ended: false });
    expect(decideLooks([70, 50], 3, thresholds)).toMatchObject({
      ended: true,
      passed: false,
      reason: 'the score 50 of look 2 is not above 50, the marginal threshold',
    });
    expect(decideLooks([60, 60, 90], 3, thresholds)).toMatchObject({ ended: true, passed: true });
    expect(decideLooks([95, 95, 89], 3, thresholds)).toMatchObject({ ended: true, passed: false });
    expect(decideLooks([], 0, {})).toMatchObject({ passed: false });
  });
});

describe('statistics', () => {
  test('of a sample', () => {
    expect(summary([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      min: 2,
      max: 9,
      mean: 5,
      std: Math.sqrt(32 / 7),
      count: 8,
    });
    expect(summary([]).count).toBe(0);
  });

  test('percentiles lie between their neighbours, as in type 7 of R', () => {
    const values = [40, 10, 30, 20];
    expect([25, 50, 75, 100].map((percent) => percentile(values, percent))).toEqual([17.5, 25, 32.5, 40]);
    expect(percentile([], 50)).toBeNaN();
  });

  test('outliers are beyond the fences, never on them', () => {
    // Quartiles 2 and 4: the fences are −1 and 7.
    const values = [1, 2, 3, 4, 7];
    expect(outsideFences(1.5, false)(values)).not.toContain(true);
    expect(outsideFences(1.4, false)(values)).toEqual([false, false, false, false, true]);
    // Both quartiles are 5; the 99th percentile, a little above 6, widens the fences.
    const rare = [...Array<number>(97).fill(5), 6, 6, 9];
    expect(withoutOutliers(rare, outsideFences(3, false))).toHaveLength(97);
    expect(withoutOutliers(rare, outsideFences(3, true))).toHaveLength(99);
    expect(beyondSigmas(1)([-3, 0, 0, 3])).toEqual([true, false, false, true]);
  });

  test('the yardstick compares the means', () => {
    const label = (direction: string): string =>
      byMean([2, 2], [1, 1], readSettings({ canary: { direction } })).classification;
    expect([label('increase'), label('decrease'), label('either')]).toEqual(['High', 'Pass', 'High']);
  });

  test("noise is that of java.util.Random's nextGaussian", () => {
    const noise = javaNoise(42);
    expect([noise(), noise()]).toEqual([1.1419053154730547, 0.9194079489827879]);
  });
});
