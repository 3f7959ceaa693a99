import { describe, expect, test } from 'vitest';
import { comparisonOf } from '../../src/spec/comparison.ts';
import { parseSpec, SpecError } from '../../src/spec/parse.ts';
import { written } from './bad-specs.ts';

const at = 'url: http://127.0.0.1:9000/m/$track';
const source = `source: { type: http, ${at}, events: $.errors, total: $.requests }`;
const histogram = `source: { type: http, ${at}, histogram: $.duration }`;
const value = `source: { type: http, ${at}, value: $.heap }`;
const minute = 60_000;

function planOf(sections: Record<string, string | null>) {
  return parseSpec(written(sections), 'rollout.yaml').plan;
}

/** The comparison of one metric in a plan. */
function compared(metric: string, judge: string | null = null) {
  const { metrics, judge: numbers } = planOf({ metrics: `[{ name: it, ${metric} }]`, judge });
  return comparisonOf(metrics[0]!, { judge: numbers, splitBy: 'request' });
}

function refused(sections: Record<string, string | null>): string {
  try {
    planOf(sections);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('the judge', () => {
  const usual = { failAbove: 1.25, passBelow: 1.5, alpha: 0.01, beta: 0.05 };

  test.each([
    ['left out', null, usual],
    ['default', 'default', usual],
    ['fast', 'fast', { ...usual, failAbove: 1 }],
    [
      'its numbers',
      '{ failAbove: 1.1, passBelow: 2, alpha: 0.1%, beta: 10% }',
      { failAbove: 1.1, passBelow: 2, alpha: 0.001, beta: 0.1 },
    ],
    ["some numbers, the others the default's", '{ alpha: 0.02 }', { ...usual, alpha: 0.02 }],
    ['a type and no number', '{ type: sequential }', usual],
  ])('may be %s', (_, judge, expected) => {
    expect(planOf({ judge }).judge).toEqual(expected);
  });

  test.each([
    ['quick', 'judge: found "quick", expected default, fast, a mapping'],
    ['{ failAbove: 0.9 }', 'judge.failAbove: found 0.9, expected a number from 1 to 100'],
    ['{ passBelow: 1 }', 'judge.passBelow: found 1, expected a number above 1 and at most 100'],
    ['{ alpha: 0 }', 'judge.alpha: found 0, expected a share above 0 and below 50%'],
    ['{ beta: 50% }', 'judge.beta: found "50%", expected a share above 0 and below 50%'],
    [
      '{ alfa: 1% }',
      'judge.alfa: found the unknown key "alfa", expected one of type, failAbove, passBelow, alpha, beta',
    ],
    ['{ type: bayes }', 'judge.type: found "bayes"'],
  ])('%s is refused', (judge, expected) => {
    expect(refused({ judge })).toContain(expected);
  });
});

describe('a metric that is compared with stable', () => {
  test('is a rate without a limit, a latency by its buckets, or a gauge; by the margins of the judge', () => {
    const margins = { failAbove: 1.25, passBelow: 1.5 };
    expect(compared(`kind: rate, ${source}`)).toEqual(margins);
    expect(compared(`kind: latency, ${histogram}`)).toEqual(margins);
    expect(compared(`kind: gauge, ${value}`)).toEqual(margins);
    expect(compared(`kind: rate, ${source}`, 'fast')).toEqual({ ...margins, failAbove: 1 });
  });

  test('may have margins of its own, one or both', () => {
    expect(compared(`kind: rate, failAbove: 2, ${source}`, 'fast')).toEqual({ failAbove: 2, passBelow: 1.5 });
    expect(compared(`kind: gauge, failAbove: 1.02, passBelow: 1.1, ${value}`)).toEqual({
      failAbove: 1.02,
      passBelow: 1.1,
    });
  });

  test('may say its noise', () => {
    expect(compared(`kind: rate, noise: { dispersion: 3 }, ${source}`)?.noise).toEqual({
      counts: { dispersion: 3, wander: { sd: 0, minutes: 1 } },
    });
    expect(compared(`kind: latency, noise: { wander: { sd: 0.2, for: 30m } }, ${histogram}`)?.noise).toEqual({
      counts: { dispersion: 1, wander: { sd: 0.2, minutes: 30 } },
    });
    expect(
      compared(`kind: rate, noise: { wander: { sd: 0.2, for: 90d } }, ${source}`)?.noise?.counts?.wander
        .minutes,
    ).toBe((90 * 24 * 60 * minute) / minute);
    expect(compared(`kind: gauge, noise: { sd: 4 }, ${value}`)?.noise).toEqual({
      gauge: { sd: 4, lasting: 0 },
    });
    expect(compared(`kind: gauge, noise: { sd: 4, lasting: 1.5 }, ${value}`)?.noise).toEqual({
      gauge: { sd: 4, lasting: 1.5 },
    });
  });

  test('is no rate with a limit, and nothing of the load', () => {
    expect(compared(`kind: rate, max: 2%, ${source}`)).toBeUndefined();
    expect(compared(`kind: rate, maxRatio: 1.25, ${source}`)).toBeUndefined();
    expect(compared(`kind: value, max: 3, ${value}`)).toBeUndefined();
    expect(compared(`kind: latency, max: 250ms, ${histogram}`)).toBeUndefined();
  });
});

describe('copies that stray', () => {
  const straying = (wander: string, more = ''): string =>
    `kind: rate, ${more} noise: { wander: ${wander} }, ${source}`;
  const fast = (metric: string): string => refused({ metrics: `[{ name: it, ${metric} }]`, judge: 'fast' });

  test('are refused where the judge leaves no room for it', () => {
    expect(fast(straying('{ sd: 0.3, for: 10m }'))).toContain(
      'metrics[0].noise.wander: found sd 0.3 for 10m with failAbove 1, expected failAbove of at least 1.25',
    );
    expect(fast(`kind: latency, noise: { wander: { sd: 0.5, for: 90d } }, ${histogram}`)).toContain(
      'metrics[0].noise.wander: found sd 0.5 for 90d with failAbove 1',
    );
  });

  test.each([
    ['with room', straying('{ sd: 0.3, for: 10m }', 'failAbove: 1.25,')],
    ['a little', straying('{ sd: 0.2, for: 10m }')],
    ['for moments', straying('{ sd: 0.5, for: 1m }')],
  ])('are judged by fast %s', (_, metric) => {
    expect(compared(metric, 'fast')).toBeDefined();
  });
});

describe('a metric with a limit', () => {
  test('may say by how much more its events vary than independent ones', () => {
    const { metrics } = planOf({
      metrics: `[{ name: it, kind: rate, max: 2%, noise: { dispersion: 3 }, ${source} }]`,
    });
    expect(metrics[0]).toMatchObject({ dispersion: 3 });
  });

  test('may be a percentile of a histogram, which decides at weight 100 too', () => {
    const { metrics, steps } = planOf({
      metrics: `[{ name: it, kind: latency, percentile: 90, max: 250ms, ${histogram} }]`,
      steps: '[{ weight: 5, bake: 1m }, { weight: 100, bake: 1m }]',
    });
    expect(metrics[0]).toMatchObject({ percentile: 90, max: 250 });
    expect(steps).toHaveLength(2);
  });
});

describe('refuses, of a metric that is compared:', () => {
  const up = '{ name: up, kind: status, source: { type: http, url: http://127.0.0.1:9000/up } }';
  const metric = (text: string): string => refused({ metrics: `[${up}, { name: it, ${text} }]` });

  test.each([
    [
      'margins beside a limit',
      `kind: rate, max: 2%, failAbove: 2, ${source}`,
      'metrics[1].failAbove: found 2, expected failAbove alone, and the limits in a metric of their own',
    ],
    [
      'a wander beside a limit',
      `kind: rate, max: 2%, noise: { wander: { sd: 0.2, for: 10m } }, ${source}`,
      'metrics[1].noise.wander: ',
    ],
    [
      'noise beside a limit that is judged look by look',
      `kind: rate, max: 2%, failures: { total: 2 }, noise: { dispersion: 2 }, ${source}`,
      'metrics[1].noise: ',
    ],
    [
      'no room for copies that stray',
      `kind: rate, failAbove: 1.1, noise: { wander: { sd: 0.3, for: 10m } }, ${source}`,
      'metrics[1].noise.wander: found sd 0.3 for 10m with failAbove 1.1, expected failAbove of at least 1.25, as in judge: default: copies that stray so far look worse than stable although nothing is wrong with them',
    ],
    ['failed looks', `kind: rate, failures: { total: 3 }, ${source}`, 'metrics[1].failures: '],
    [
      'failed looks at a latency by buckets',
      `kind: latency, max: 250ms, failures: { total: 2 }, ${histogram}`,
      'metrics[1].failures: ',
    ],
    [
      'a percentile without a maximum',
      `kind: latency, percentile: 99, ${histogram}`,
      'metrics[1].percentile: found 99, expected a max that it is for',
    ],
    ['a maximum of a gauge', `kind: gauge, max: 3, ${value}`, 'metrics[1].max: found the unknown key "max"'],
    [
      'a margin below 1',
      `kind: rate, failAbove: 0.5, ${source}`,
      'metrics[1].failAbove: found 0.5, expected a number from 1 to 100',
    ],
    [
      'a pass at 1',
      `kind: gauge, passBelow: 1, ${value}`,
      'metrics[1].passBelow: found 1, expected a number above 1 and at most 100',
    ],
    [
      'a dispersion below 1',
      `kind: rate, noise: { dispersion: 0.5 }, ${source}`,
      'metrics[1].noise.dispersion: found 0.5, expected a number from 1 to 1000',
    ],
    [
      'a wander of nothing',
      `kind: rate, noise: { wander: { sd: 0, for: 30m } }, ${source}`,
      'metrics[1].noise.wander.sd: found 0, expected a number above 0 and at most 3',
    ],
    [
      'a wander without its length',
      `kind: rate, noise: { wander: { sd: 0.1 } }, ${source}`,
      'metrics[1].noise.wander.for: found nothing',
    ],
    [
      'the former name of noise',
      `kind: rate, history: { dispersion: 3 }, ${source}`,
      'metrics[1].history: found the unknown key "history" (did you mean noise?)',
    ],
    [
      'noise of a gauge without its deviation',
      `kind: gauge, noise: { lasting: 1 }, ${value}`,
      'metrics[1].noise.sd: found nothing',
    ],
    [
      'the noise of a rate for a gauge',
      `kind: gauge, noise: { sd: 1, dispersion: 2 }, ${value}`,
      'metrics[1].noise.dispersion: found the unknown key "dispersion"',
    ],
    [
      'an address of one track only',
      `kind: gauge, source: { type: http, url: http://127.0.0.1:9000/m, value: $.heap }`,
      'metrics[1]',
    ],
  ])('%s', (_, text, expected) => {
    expect(metric(text)).toContain(expected);
  });

  test('a latency of the load without a maximum', () => {
    expect(
      refused({
        load: '{ type: http, url: http://127.0.0.1:9000/test }',
        metrics: `[${up}, { name: it, kind: latency, source: { type: load } }]`,
      }),
    ).toContain('metrics[1].max: found nothing, expected a duration such as 250ms');
  });

  test('margins of the load', () => {
    expect(
      refused({
        load: '{ type: http, url: http://127.0.0.1:9000/test }',
        metrics: `[${up}, { name: it, kind: rate, max: 2%, failAbove: 2, source: { type: load } }]`,
      }),
    ).toContain('metrics[1].failAbove: found 2, expected max or min: the load goes to the canary alone');
  });

  test('a bake at 100 by comparisons alone', () => {
    expect(
      refused({
        metrics: `[{ name: it, kind: gauge, ${value} }]`,
        steps: '[{ weight: 5, bake: 1m }, { weight: 100, bake: 1m }]',
      }),
    ).toContain('steps[1]: found a bake at 100 without any absolute condition');
  });
});

describe('a split by user', () => {
  const uncovered = (metric: string, splitBy: string | null = 'user') =>
    planOf({ splitBy, metrics: `[{ name: it, ${metric} }]` }).metrics[0]!.comparison?.uncovered;

  test.each([
    ['a rate', `kind: rate, ${source}`],
    ['a latency', `kind: latency, ${histogram}`],
    ['a rate that says that it counts requests', `kind: rate, countBy: request, ${source}`],
  ])('is not covered where %s counts requests and nothing says how much users differ', (_, metric) => {
    expect(uncovered(metric)).toBe('users');
    expect(uncovered(metric, 'request')).toBeUndefined();
    expect(uncovered(metric, null)).toBeUndefined();
  });

  test.each([
    ['a rate that counts by user', `kind: rate, countBy: user, ${source}`],
    ['a latency that counts by user', `kind: latency, countBy: user, ${histogram}`],
    ['a rate with its noise', `kind: rate, noise: { dispersion: 4 }, ${source}`],
    ['a gauge', `kind: gauge, ${value}`],
  ])('is covered for %s', (_, metric) => {
    expect(uncovered(metric)).toBeUndefined();
  });

  test('is told to the judge with what is counted', () => {
    const counted = (metric: string, splitBy: string | null = 'user') =>
      planOf({ splitBy, metrics: `[{ name: it, ${metric} }]` }).metrics[0]!.comparison?.counted;
    expect(counted(`kind: rate, ${source}`)).toBe('requests of users');
    expect(counted(`kind: rate, noise: { dispersion: 4 }, ${source}`)).toBe('requests of users');
    expect(counted(`kind: latency, countBy: user, ${histogram}`)).toBe('users');
    expect(counted(`kind: rate, countBy: user, ${source}`, null)).toBe('users');
    expect(counted(`kind: rate, ${source}`, null)).toBeUndefined();
    expect(counted(`kind: gauge, ${value}`)).toBeUndefined();
  });

  test('is one of two things, and countBy belongs to a comparison', () => {
    expect(refused({ splitBy: 'session' })).toContain('splitBy');
    expect(refused({ metrics: `[{ name: it, kind: rate, countBy: session, ${source} }]` })).toContain(
      'countBy',
    );
    expect(refused({ metrics: `[{ name: it, kind: rate, countBy: user, max: 2%, ${source} }]` })).toContain(
      'countBy alone, and the limits in a metric of their own',
    );
  });
});
