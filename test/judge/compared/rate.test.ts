import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import { judge } from '../../../src/judge/judge.ts';
import { errors, held, hour, judged, minute, ticksOf, type Arms } from './comparing.ts';

/** The first tick after which the verdict is of this kind, and the sentence then. */
function first(
  kind: 'fail' | 'pass',
  arms: (at: number) => Arms,
  { within = hour, criterion = held('rate') } = {},
): { minutes: number; because: string } {
  let state = {};
  for (const tick of ticksOf(within, (at) => ({ rate: arms(at) }))) {
    const judgement = judge([criterion], state, [tick]);
    state = judgement.state;
    if (judgement.verdict.kind === kind) {
      return { minutes: tick.window.to / 60_000, because: judgement.verdict.because };
    }
  }
  return { minutes: Infinity, because: '' };
}

describe('errors', () => {
  test('of three times stable take the canary back within minutes', () => {
    const random = randomOf('errors times three');
    const found = Array.from({ length: 21 }, () => first('fail', () => errors(random, { ratio: 3 })).minutes);
    expect(found.toSorted((a, b) => a - b)[10]).toBeLessThan(7);
    expect(Math.max(...found)).toBeLessThan(40);
  });

  test.each([
    [
      'fail',
      31,
      /^errors: 2\.98 × .*; alpha and beta do not cover this: traffic is split by user, but requests are counted$/,
    ],
    ['pass', 0, /^errors: 0 × .*; alpha and beta do not cover this/],
    ['inconclusive', 11, /^errors: 1\.06 × .*; alpha and beta do not cover this/],
  ])(
    'of a split by user that are counted by request say with a %s that the promise does not cover it',
    (kind, events, because) => {
      const arms = (): Arms => [
        { events, total: 1_040 },
        { events: 198, total: 19_800 },
      ];
      const { verdict } = judged(held('rate', { uncovered: 'users' }, { name: 'errors' }), 1, arms);
      expect(verdict).toMatchObject({ kind, because: expect.stringMatching(because) as string });
      const covered = judged(held('rate', {}, { name: 'errors' }), 1, arms);
      expect(covered.verdict.because).toBe(verdict.because.replace(/; alpha.*/, ''));
    },
  );

  describe('that are counted by user', () => {
    const byUser = { counted: 'users', failAbove: 2, passBelow: 3, share: 0.2 } as const;

    test.each([
      ['fail', 40, '40 of 40 users against 20 of 200'],
      ['pass', 4, '4 of 76 users against 20 of 200'],
      ['inconclusive', 14, '14 of 66 users against 20 of 200'],
    ])('are called users in a %s', (kind, events, figures) => {
      const { verdict } = judged(held('rate', byUser), 1, () => [
        { events, total: 80 },
        { events: 20, total: 220 },
      ]);
      expect(verdict).toMatchObject({ kind, because: expect.stringContaining(figures) as string });
      expect(verdict.because).not.toContain('request');
    });

    test('are too few to judge, and say how many users are needed', () => {
      const { verdict } = judged(held('rate', byUser), 1, () => [
        { events: 0, total: 4 },
        { events: 0, total: 40 },
      ]);
      expect(verdict.because).toBe('rate: 4 of the 20 users that a verdict needs');
    });

    test('leave the arms alike, although a user with an error is counted twice', () => {
      // Of 20 users of the canary 19 have an error, of 80 of stable 24: three times as many, of margins of 4 and 5.
      const criterion = held('rate', { ...byUser, failAbove: 4, passBelow: 5 });
      const { verdict } = judged(criterion, 400, () => [
        { events: 19, total: 39 },
        { events: 24, total: 104 },
      ]);
      expect(verdict.because).toMatch(/^rate: 3\.17 × stable's so far/);
    });
  });

  test('that failed a canary are told with both arms and how sure that is', () => {
    const { verdict } = judged(held('rate', {}, { name: 'errors' }), 1, () => [
      { events: 31, total: 1_040 },
      { events: 198, total: 19_800 },
    ]);
    expect(verdict).toMatchObject({
      kind: 'fail',
      because: expect.stringMatching(
        /^errors: 2\.98 × stable's \(at least 1\.[3-9]\d? × with 99% confidence\): 31 of 1,040 requests against 198 of 19,800$/,
      ) as string,
    });
    expect(verdict.metrics[0]?.evidence).toMatchObject({
      canary: { sum: 31, n: 1_040 },
      stable: { sum: 198, n: 19_800 },
      ratio: 2.981,
      needed: { harm: 100, pass: 20 },
    });
  });

  test('of every request take the canary back at the first tick, however many requests there were', () => {
    for (const total of [20, 200, 2_000, 20_000]) {
      const { verdict } = judged(held('rate'), 1, () => [
        { events: total, total },
        { events: total / 20, total: 10 * total },
      ]);
      expect(verdict.kind, `${String(total)} requests`).toBe('fail');
    }
  });

  test('where stable had none have no multiple, and many fail the canary all the same', () => {
    const { verdict } = judged(held('rate'), 20, () => [
      { events: 1, total: 75 },
      { events: 0, total: 1_425 },
    ]);
    expect(verdict).toMatchObject({
      kind: 'fail',
      because: expect.stringMatching(
        /^rate: more than stable's \(at least [\d.]+ × with 99% confidence\): 20 of 1,500 requests against none of 28,500$/,
      ) as string,
    });
    expect(verdict.metrics[0]?.evidence).toMatchObject({ ratio: null });
  });

  test('that failed a canary keep it failed, whatever comes after', () => {
    const bad: Arms = [
      { events: 40, total: 80 },
      { events: 10, total: 1_500 },
    ];
    const failed = judged(held('rate'), 2, () => bad);
    expect(failed.verdict.kind).toBe('fail');
    const missing: Arms = [{ missing: 'gone' }, { missing: 'gone' }];
    const none: Arms = [
      { events: 0, total: 80 },
      { events: 10, total: 1_500 },
    ];
    for (const after of [missing, none]) {
      const { verdict } = judged(held('rate'), 200, () => after, { state: failed.state, first: 2 });
      expect(verdict.kind).toBe('fail');
    }
  });

  test('of a metric that does not gate are reported, and fail nothing', () => {
    const { verdict } = judged(held('rate', {}, { gating: false }), 4, () => [
      { events: 40, total: 80 },
      { events: 10, total: 1_500 },
    ]);
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.metrics[0]?.evidence?.harm).toBeGreaterThan(100);
  });
});

describe('a canary as good as stable', () => {
  test('passes by passBelow within the hour, and says of what it is sure', () => {
    const random = randomOf('a clean release');
    const found = Array.from({ length: 15 }, () =>
      first('pass', () => errors(random, {}), { within: 3 * hour }),
    );
    expect(found.map(({ minutes }) => minutes).toSorted((a, b) => a - b)[7]).toBeLessThan(45);
    expect(found[0]?.because).toMatch(
      /^rate: [\d.]+ × stable's, shown to be below 1.5 × with 95% confidence: \d+ of [\d,]+ requests against \d+ of [\d,]+$/,
    );
  });

  test('passes sooner by a wider margin', () => {
    const random = randomOf('a wider margin');
    const minutes = (passBelow: number): number =>
      first('pass', () => errors(random, {}), { criterion: held('rate', { passBelow }) }).minutes;
    const total = (passBelow: number): number =>
      Array.from({ length: 10 }, () => minutes(passBelow)).reduce((sum, one) => sum + Math.min(one, 60), 0);
    expect(total(3)).toBeLessThan(total(1.5) / 2);
  });

  test.each([
    { failAbove: 1, passBelow: 1.5 },
    { failAbove: 1.25, passBelow: 1.5 },
    { failAbove: 2, passBelow: 1.5 },
    { failAbove: 2, passBelow: 3 },
  ])('and has passed does so at the end of the day too, by $failAbove and $passBelow', (margins) => {
    const random = randomOf('a whole day');
    const { verdict } = judged(held('rate', margins), 24 * hour, () => errors(random, {}));
    expect(verdict.kind).toBe('pass');
  });

  test('is inconclusive until then, with what is known so far', () => {
    const random = randomOf('so far');
    const { verdict } = judged(held('rate'), 2 * minute, () => errors(random, {}));
    expect(verdict).toMatchObject({
      kind: 'inconclusive',
      because: expect.stringMatching(
        /^rate: [\d.]+ × stable's so far \(.*[\d.]+ × with 99% confidence\): \d+ of [\d,]+ requests against \d+/,
      ) as string,
    });
    const { atLeast, atMost, needed } = verdict.metrics[0]!.evidence!;
    expect(atLeast ?? 0).toBeLessThan(1);
    expect(atMost ?? Infinity).toBeGreaterThan(1);
    expect(needed).toEqual({ harm: 100, pass: 20 });
  });

  test('needs the minimum sample of either arm before any verdict', () => {
    const criterion = held('rate', {}, { minSample: 500 });
    const arms = (canary: number, stable: number): Arms => [
      { events: canary, total: canary },
      { events: 0, total: stable },
    ];
    expect(judged(criterion, 1, () => arms(499, 5_000)).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'rate: 499 of the 500 requests that a verdict needs',
    });
    expect(judged(criterion, 1, () => arms(500, 499)).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'rate: stable has 499 of the 500 requests that a verdict needs',
    });
    expect(judged(criterion, 2, () => arms(250, 5_000)).verdict.kind).toBe('fail');
  });
});

test('harm that begins after six hours is found within minutes of its beginning', () => {
  const random = randomOf('late harm');
  const from = 6 * hour;
  const found = Array.from({ length: 7 }, () => {
    const { state, verdict } = judged(held('rate'), from, () => errors(random, {}));
    expect(verdict.kind).not.toBe('fail');
    for (let at = from; at < from + hour; at += 1) {
      const { verdict: after } = judged(held('rate'), at + 1 - from, () => errors(random, { ratio: 3 }), {
        state,
        first: from,
      });
      if (after.kind === 'fail') return (at + 1 - from) / minute;
    }
    return Infinity;
  });
  expect(found.toSorted((a, b) => a - b)[3]).toBeLessThan(15);
});

describe('the share of the requests', () => {
  const weight = 0.05;
  const arms = (share: number) => {
    const random = randomOf(`share ${String(share)}`);
    return () => errors(random, { requests: { canary: 1_500 * share, stable: 1_500 * (1 - share) } });
  };
  const criterion = held('rate', { share: weight });

  test('that the weight says hinders no verdict, nor does one that is a little off', () => {
    for (const share of [weight, 0.0515]) {
      expect(judged(criterion, 4 * hour, arms(share)).verdict.kind).toBe('pass');
    }
  });

  test.each([0.02, 0.1])('of %d where it should be 0.05 is never a pass, and says why', (share) => {
    const { verdict } = judged(criterion, 4 * hour, arms(share));
    expect(verdict).toMatchObject({
      kind: 'inconclusive',
      because: expect.stringMatching(
        /^rate: the canary does not get the 5% of the requests that its weight says, so that the arms are not alike: \d+ of/,
      ) as string,
    });
  });

  test('that is off fails nothing either', () => {
    const random = randomOf('off and bad');
    const { verdict } = judged(criterion, 20, () =>
      errors(random, { ratio: 5, requests: { canary: 300, stable: 1_200 } }),
    );
    expect(verdict.kind).toBe('inconclusive');
  });
});

describe('errors that come in bursts', () => {
  const random = randomOf('bursts');
  const bursts = (): Arms => [
    { events: 10 * random.poisson(0.05), total: 75 },
    { events: 10 * random.poisson(0.95), total: 1_425 },
  ];
  /** So far apart that neither is shown within an hour. */
  const margins = { failAbove: 20, passBelow: 1.01 };

  test('say how much less the evidence counts where its noise is not known', () => {
    const { verdict } = judged(held('rate', margins), hour, bursts);
    expect(verdict.because).toMatch(
      /; its noise is not known, so its evidence counts \d+(\.\d+)? times less: its ticks vary that much more than independent events do \(set noise\)$/,
    );
  });

  test('say nothing of it where they are known, or where they do not come in bursts', () => {
    const noise = { dispersion: 10, wander: { sd: 0, minutes: 1 } };
    const known = judged(held('rate', { ...margins, noise: { counts: noise } }), hour, bursts);
    expect(known.verdict.because).not.toMatch(/noise is not known/);
    const calm = judged(held('rate'), minute, () => errors(random, {}));
    expect(calm.verdict.because).not.toMatch(/noise is not known/);
  });
});
