import { describe, expect, test } from 'vitest';
import { KayentaRefused, KayentaThrows, type Trap } from '../../../src/judge/kayenta/errors.ts';
import { javaNoise } from '../../../src/judge/kayenta/noise.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';
import { calm, doubled, drawing, judge, type Judged } from './judging.ts';

const compat = { mode: 'compat' } as const;

/** What the strict judge says of it, if it refuses for this trap alone. */
function refusal(trap: Trap, ...asked: Parameters<typeof judge>): string {
  try {
    judge(...asked);
  } catch (error) {
    if (!(error instanceof KayentaRefused)) throw error;
    expect(new Set(error.refusals.map((refused) => refused.trap))).toEqual(new Set([trap]));
    return error.message;
  }
  throw new Error('it was judged');
}

describe('one point in each arm', () => {
  const onePoint: Judged = {
    canary: [120],
    baseline: [100],
    settings: { critical: true, direction: 'increase' },
  };

  test('compat: an Error, which is not counted, so that a critical metric passes with 100', () => {
    const { score, classification, metrics } = judge([onePoint], compat);
    expect({ score, classification }).toEqual({ score: 100, classification: 'Pass' });
    expect(metrics[0]).toMatchObject({ classification: 'Error', critical: false });
  });

  test('compat: four of five times; else rounding leaves a trace of the noise, and it is High or Low', () => {
    const noise = javaNoise(2);
    const scores = Array.from({ length: 1000 }, (_, seed) => {
      const points = { canary: [Math.abs(noise())], baseline: [Math.abs(noise())] };
      return judge([{ ...points, settings: { critical: true } }], { ...compat, seed }).score;
    });
    const passed = scores.filter((score) => score === 100).length / scores.length;
    expect(passed).toBeGreaterThan(0.7);
    expect(passed).toBeLessThan(0.9);
  });

  test('strict: refused', () => {
    expect(() => judge([onePoint])).toThrow(
      'metric m0: the canary has 1 point, expected at least 5: with fewer, chance alone looks like harm',
    );
  });
});

describe('a handful of points in each arm', () => {
  function falseAlarms(points: number, mode: 'compat' | 'strict'): number {
    const draw = drawing(3);
    const looks = Array.from({ length: 4000 }, () =>
      judge([{ canary: draw(points), baseline: draw(points), settings: { direction: 'increase' } }], {
        mode,
      }),
    );
    return looks.filter(({ metrics }) => metrics[0]?.classification === 'High').length / looks.length;
  }

  test('compat: two arms that do not differ are High in a tenth of the cases, with two points', () => {
    expect(falseAlarms(2, 'compat')).toBeGreaterThan(0.09);
    expect(falseAlarms(3, 'compat')).toBeGreaterThan(0.015);
  });

  test('strict: refused below five, from where on such alarms are below 1%', () => {
    const four: Judged = { canary: calm.slice(0, 4), baseline: calm };
    expect(refusal('too-few-points', [four])).toContain('the canary has 4 points, expected at least 5');
    expect(falseAlarms(5, 'strict')).toBeLessThan(0.01);
  });
});

describe('replace without any data', () => {
  const empty: Judged = {
    canary: [],
    baseline: calm,
    settings: { nanStrategy: 'replace', critical: true, mustHaveData: true },
  };

  test('compat: a Pass with 100, critical and mustHaveData or not', () => {
    const { score, metrics } = judge([empty], compat);
    expect({ score, label: metrics[0]?.classification }).toEqual({ score: 100, label: 'Pass' });
  });

  test('strict: refused', () => {
    expect(refusal('no-data-passes', [empty])).toContain(
      'the canary has no points, so that nanStrategy replace has nothing to replace, and Kayenta passes it',
    );
  });

  const points = (value: number): number[] => Array.from({ length: 30 }, () => value);

  test('strict: points that are there and empty are zeros, and are judged as in Kayenta', () => {
    const failures: Judged = {
      canary: points(42),
      baseline: points(NaN),
      settings: { nanStrategy: 'replace', direction: 'increase' },
    };
    for (const mode of ['strict', 'compat'] as const) {
      expect(judge([failures], { mode }).metrics[0]).toMatchObject({
        classification: 'High',
        canary: { mean: 42 },
        baseline: { mean: 0, count: 30 },
      });
      const none = { ...failures, canary: points(NaN) };
      expect(judge([none], { mode }).metrics[0]?.classification).toBe('Pass');
    }
  });

  test('strict: refused where mustHaveData forbids that they are zeros', () => {
    expect(refusal('no-data-passes', [{ ...empty, canary: points(NaN) }])).toContain(
      'none of the 30 points of the canary has a value, which nanStrategy replace makes 0, and mustHaveData forbids',
    );
  });
});

describe('an arm without data beside one that has some', () => {
  const unseen: Judged = {
    canary: Array<number>(30).fill(42),
    baseline: [],
    settings: { nanStrategy: 'remove', direction: 'increase' },
    groups: ['errors'],
  };
  const others: Judged[] = ['p99', 'cpu'].map(() => ({ canary: calm, baseline: calm, groups: ['others'] }));
  const weights = { errors: 70, others: 30 };

  test('compat: it is not counted, so that 42 failures a minute against none score 100', () => {
    expect(judge([unseen, ...others], { ...compat, weights }).score).toBe(100);
  });

  test('strict: refused, with advice after which the canary fails', () => {
    expect(refusal('no-data-passes', [unseen, ...others], { weights })).toContain(
      'the baseline has no data and the other arm has, which Kayenta leaves out, so that the rest decides. Set nanStrategy replace where an empty point means 0, or mustHaveData',
    );
    const baseline = Array<number>(30).fill(NaN);
    const advised = [
      { ...unseen, baseline, settings: { nanStrategy: 'replace', direction: 'increase' } },
      { ...unseen, settings: { mustHaveData: true, direction: 'increase' } },
    ];
    for (const one of advised) {
      expect(judge([one, ...others], { weights })).toMatchObject({ score: 30, classification: 'Fail' });
    }
  });

  test('strict: counts where the metric is critical or must have data, and where it is muted', () => {
    for (const settings of [{ critical: true }, { mustHaveData: true }]) {
      expect(judge([{ ...unseen, settings }, ...others], { weights }).classification).toBe('Fail');
    }
    const muted = { ...unseen, settings: { muted: true } };
    expect(judge([muted, ...others]).score).toBe(100);
  });
});

describe('a few extreme points', () => {
  const zeros = Array<number>(30).fill(0);
  const sparse: Judged = {
    canary: zeros.map((_, at) => (at % 5 === 0 ? 2 : 0)),
    baseline: zeros,
    settings: { direction: 'increase', critical: true },
  };

  test('compat: among zeros they are no shift, and pass with 100', () => {
    expect(judge([sparse], compat)).toMatchObject({ score: 100, classification: 'Pass' });
  });

  test.each<[what: string, one: Judged]>([
    ['six points among zeros', sparse],
    ['one point of a thousand among zeros', { ...sparse, canary: [1000, ...zeros.slice(1)] }],
    ['more of them than the baseline has', { ...sparse, baseline: zeros.map((_, at) => (at === 7 ? 2 : 0)) }],
    [
      'seven points of ten that are a hundred times as high',
      {
        canary: [1.1, 1.2, 0.01, 1, 1.3, 0.012, 1.2, 0.011, 1.1, 1.2],
        baseline: [0.01, 0.012, 0.011, 0.01, 0.013, 0.012, 0.01, 0.011, 0.012, 0.01],
      },
    ],
    [
      'orders that the canary does not get',
      { canary: zeros, baseline: sparse.canary, settings: { direction: 'decrease' } },
    ],
  ])('strict: refused for %s', (_, one) => {
    expect(refusal('few-extreme-points', [one])).toMatch(
      /metric m0: the canary's mean is \S+ against \S+, by points too few to show it: the test asks where most points lie, finds a shift of .*, and passes it\. Give more points\./,
    );
  });

  test('strict: judged where the mean is not much worse, is better, is allowed, or the metric is muted', () => {
    const better = { canary: zeros, baseline: sparse.canary };
    expect(judge([{ ...sparse, ...better }]).score).toBe(100);
    const alike = { ...sparse, baseline: sparse.canary.toSpliced(0, 1, 1) };
    expect(judge([alike]).score).toBe(100);
    const twice = { canary: [...zeros, 10, 10], baseline: [...zeros, 10, 0] };
    expect(() => judge([{ ...sparse, ...twice }])).toThrow(KayentaRefused);
    const settings = { direction: 'increase', effectSize: { allowedIncrease: 3 } };
    expect(judge([{ ...sparse, ...twice, settings }]).score).toBe(100);
    const calmly: Judged = { canary: calm, baseline: calm };
    expect(judge([{ ...sparse, settings: { muted: true } }, calmly]).score).toBe(100);
  });
});

describe('weights that do not add up to 100', () => {
  const two: Judged[] = [
    { canary: calm, baseline: calm, groups: ['a'] },
    { canary: calm, baseline: calm, groups: ['b'] },
  ];

  test('compat: 100 and 100 score 200, 30 and 20 score 50', () => {
    expect(judge(two, { ...compat, weights: { a: 100, b: 100 } }).score).toBe(200);
    expect(judge(two, { ...compat, weights: { a: 30, b: 20 } }).score).toBe(50);
  });

  test('compat: the weight of a group without a metric is lost', () => {
    const { score, classification } = judge(two.slice(0, 1), { ...compat, weights: { a: 60, gone: 40 } });
    expect({ score, classification }).toEqual({ score: 60, classification: 'Marginal' });
  });

  test('strict: refused, with the sum or the group', () => {
    expect(refusal('weights', two, { weights: { a: 100, b: 100 } })).toContain('add up to 200');
    expect(refusal('weights', two, { weights: { a: 30, b: 20 } })).toContain(
      'a canary without fault scores 50',
    );
    expect(refusal('weights', two, { weights: { a: 100 } })).toContain('leaves nothing, or less, for b');
    expect(refusal('weights', two.slice(0, 1), { weights: { a: 60, gone: 40 } })).toContain(
      'no metric that counts is in gone, so that its 40% are lost',
    );
    expect(judge(two, { weights: { a: 100, b: 0, gone: 0 } }).score).toBe(100);
    expect(refusal('weights', two, { weights: { a: -10, b: 110 } })).toContain(
      'a weighs -10, expected 0 to 100',
    );
  });

  test('strict: a group without a weight takes what is left', () => {
    const { score, groups } = judge(two, { weights: { a: 70 } });
    expect(score).toBe(100);
    expect(groups.map(({ weight }) => weight)).toEqual([70, 30]);
  });
});

describe('nothing that counts', () => {
  const groupless: Judged = { canary: calm, baseline: calm, groups: [] };
  const muted: Judged = { canary: calm, baseline: calm, settings: { muted: true } };

  test('compat: a metric without a group, or all muted, score 0 though all is well', () => {
    expect(judge([groupless], compat)).toMatchObject({ score: 0, classification: 'Fail' });
    expect(judge([muted], compat)).toMatchObject({ score: 0, classification: 'Fail' });
  });

  test('strict: refused', () => {
    expect(refusal('without-group', [groupless])).toContain('metric m0: it is in no group');
    expect(refusal('all-muted', [muted])).toContain('all are muted');
  });
});

describe('negative values', () => {
  const worse: Judged = {
    canary: calm.map((value) => value - 15),
    baseline: calm.map((value) => value - 20),
    settings: { direction: 'increase' },
  };

  test('compat: −5 against −10 is a ratio below 1, so that a rise passes', () => {
    expect(judge([worse], compat).metrics[0]?.classification).toBe('Pass');
  });

  test('strict: refused by the ratio of means, judged by cles', () => {
    expect(() => judge([worse])).toThrow("the canary's mean is negative");
    const cles = { ...worse, settings: { direction: 'increase', effectSize: { measure: 'cles' } } };
    expect(judge([cles]).metrics[0]?.classification).toBe('High');
  });
});

describe('differences near the tolerance of the search', () => {
  const tiny = (values: number[]): number[] => values.map((value) => value * 1e-6);
  const scaled: Judged = { canary: tiny(doubled), baseline: tiny(calm) };

  test('compat: the bounds mean nothing there', () => {
    const shift = judge([scaled], compat).metrics[0]?.shift;
    const large = judge([{ canary: doubled, baseline: calm }], compat).metrics[0]?.shift;
    expect(Math.abs((shift?.lower ?? 0) * 1e6 - (large?.lower ?? 0))).toBeGreaterThan(1);
  });

  test('strict: the same at every scale', () => {
    const small = judge([scaled]).metrics[0];
    const large = judge([{ canary: doubled, baseline: calm }]).metrics[0];
    expect(small?.classification).toBe('High');
    for (const part of ['lower', 'estimate', 'upper'] as const) {
      expect((small?.shift?.[part] ?? 0) * 1e6).toBeCloseTo(large?.shift?.[part] ?? NaN, 9);
    }
  });
});

describe('settings of the wrong type', () => {
  test('compat: text in the place of a number or a boolean throws out of the judge', () => {
    expect(() => readSettings({ canary: { effectSize: { allowedIncrease: '2' } } })).toThrow(KayentaThrows);
    expect(() => readSettings({ canary: { critical: 'true' } })).toThrow(
      `analysisConfigurations.canary.critical: found "true", where Kayenta's judge wants true or false and throws`,
    );
  });

  test('compat: an unknown word, or one in capitals, is the default', () => {
    const canary = { direction: 'Increase', nanStrategy: 'REPLACE', outliers: { strategy: 'drop' } };
    expect(readSettings({ canary })).toEqual(readSettings({}));
  });

  test('compat: an outlier factor that is not above 0 throws out of the judge', () => {
    const bad: Judged = {
      canary: calm,
      baseline: calm,
      settings: { outliers: { strategy: 'remove', outlierFactor: 0 } },
    };
    expect(() => judge([bad], compat)).toThrow(KayentaThrows);
    expect(refusal('not-finite', [bad])).toContain('outlierFactor is 0, expected a number above 0');
  });
});

describe('the strict judge besides', () => {
  test('refuses thresholds in the wrong order, and a metric without data of either arm', () => {
    const one: Judged = { canary: calm, baseline: calm };
    expect(refusal('thresholds', [one], { thresholds: { pass: 50, marginal: 75 } })).toContain('pass 50');
    expect(refusal('not-finite', [{ ...one, canary: [...calm, Infinity] }])).toContain('infinite');
  });

  test('compares constant arms without adding noise', () => {
    const constant: Judged = { canary: Array<number>(6).fill(10), baseline: Array<number>(6).fill(1) };
    expect(judge([constant]).metrics[0]).toMatchObject({
      classification: 'High',
      ratio: 10,
      shift: { lower: 9, estimate: 9, upper: 9 },
    });
  });

  test('names every reason at once', () => {
    expect(() =>
      judge([{ canary: calm, baseline: calm, groups: [] }], {
        weights: { gone: 100 },
        thresholds: { pass: 120, marginal: 0 },
      }),
    ).toThrow(/pass 120[\s\S]*in no group[\s\S]*in gone/);
  });
});
