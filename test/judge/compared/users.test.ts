import { describe, expect, test } from 'vitest';
import { randomOf, type Random } from '../../../src/domain/random.ts';
import { atNewStep, judge } from '../../../src/judge/judge.ts';
import { presets } from '../../../src/spec/judges.ts';
import { held, judged, throughJson, ticksOf, type Arms } from './comparing.ts';

const fast = presets.fast;
const counted = 'users' as const;

/** Users who come one by one, and have an error some ticks later or never; those of `before` were counted earlier in the day. */
interface Crowd {
  ticks: number;
  /** New users a tick, both arms together. */
  coming: number;
  share: number;
  fails: { canary: number; stable: number };
  before?: number;
}

function ticksOfUsers(random: Random, { ticks, coming, share, fails, before = 0 }: Crowd): Arms[] {
  const arms = Array.from({ length: ticks }, () => [0, 0, 0, 0] as [number, number, number, number]);
  const add = (user: { from: number; isNew: boolean }): void => {
    const isCanary = random.uniform() < share;
    const came = arms[user.from];
    if (came !== undefined && user.isNew) came[isCanary ? 1 : 3] += 1;
    if (random.uniform() >= (isCanary ? fails.canary : fails.stable)) return;
    const failed = arms[user.from + Math.floor(random.uniform() * 40)];
    if (failed === undefined) return;
    failed[isCanary ? 0 : 2] += 1;
    failed[isCanary ? 1 : 3] += 1;
  };
  for (let at = 0; at < before; at += 1) add({ from: Math.floor(random.uniform() * ticks), isNew: false });
  for (let tick = 0; tick < ticks; tick += 1)
    for (let one = random.poisson(coming); one > 0; one -= 1) add({ from: tick, isNew: true });
  return arms.map(([events, total, stableEvents, stableTotal]) => [
    { events, total },
    { events: stableEvents, total: stableTotal },
  ]);
}

const sparse: Crowd = { ticks: 800, coming: 1.6, share: 0.05, fails: { canary: 0.06, stable: 0.06 } };

function failed(name: string, runs: number, crowd: Crowd, margins: object): number {
  return Array.from({ length: runs }, (_, run) => {
    const arms = ticksOfUsers(randomOf(`${name} ${String(run)}`), crowd);
    return judged(held('rate', { share: crowd.share, ...margins }), arms.length, (at) => arms[at]!).verdict
      .kind;
  }).filter((kind) => kind === 'fail').length;
}

describe('users who are counted once', () => {
  test('of whom four times as many have errors are found among some sixty, whose ticks alone would not show it', () => {
    const harmed = { ...sparse, fails: { canary: 0.24, stable: 0.06 } };
    const found = failed('sixty', 20, harmed, { ...fast, counted });
    expect(found).toBeGreaterThanOrEqual(12);
    expect(failed('sixty', 20, harmed, fast)).toBeLessThan(found / 2);
  });

  test.each([
    ['who all come new', {}],
    ['most of whom were counted earlier in the day', { coming: 0.2, before: 1_200 }],
    ['half of whom have errors', { fails: { canary: 0.5, stable: 0.5 } }],
    ['of whom half are on the canary', { share: 0.5 }],
  ])('and %s take back no healthy canary', (name, change) => {
    expect(failed(name, 100, { ...sparse, ...change }, { ...fast, counted })).toBeLessThanOrEqual(2);
  });

  test('are named as users, each once, and are what a verdict needs', () => {
    const arms = (): Arms => [
      { events: 3, total: 9 },
      { events: 10, total: 200 },
    ];
    const criterion = held('rate', { counted });
    expect(judged(criterion, 1, arms).verdict.because).toBe('rate: 9 of the 20 users that a verdict needs');
    const { verdict } = judged(criterion, 20, arms);
    expect(verdict.because).toMatch(/^rate: 9\.5 × stable's .*: 60 of 120 users against 200 of 3,800$/);
    expect(verdict.metrics[0]?.evidence).toMatchObject({ canary: { sum: 60, n: 120 } });
    const open = judged(criterion, 20, () => [
      { events: 1, total: 9 },
      { events: 10, total: 200 },
    ]);
    expect(open.verdict.because).toMatch(/takes about [\d,]+ more users of the canary/);
  });

  test('are carried from chapter to chapter, however the ticks are cut', () => {
    const arms = ticksOfUsers(randomOf('cut'), { ...sparse, ticks: 120 });
    const criterion = held('rate', { counted, share: 0.05 });
    const whole = judged(criterion, 120, (at) => arms[at]!);
    let state = {};
    for (const tick of ticksOf(120, (at) => ({ rate: arms[at]! })))
      state = throughJson(judge([criterion], state, [tick]).state);
    expect(state).toEqual(whole.state);
  });

  test('and are moved to the canary at a new weight do not look like more errors', () => {
    const wrong = Array.from({ length: 50 }, (_, run) => {
      const random = randomOf(`moved ${String(run)}`);
      const early = ticksOfUsers(random, { ...sparse, ticks: 400 });
      const first = judged(held('rate', { ...fast, counted, share: 0.05 }), 400, (at) => early[at]!);
      // Half of all users are on the canary now: most who have an error were counted before, by the other arm.
      const late = ticksOfUsers(random, { ...sparse, ticks: 400, share: 0.5, coming: 0.2, before: 560 });
      const criterion = held('rate', { ...fast, counted, share: 0.5 });
      const next = judged(criterion, 400, (at) => late[at - 400]!, {
        state: atNewStep(first.state),
        first: 400,
      });
      return next.verdict.kind;
    }).filter((kind) => kind === 'fail');
    expect(wrong.length).toBeLessThanOrEqual(2);
  });
});

describe('the share of the canary', () => {
  const share = 0.05;
  const shared = (comparison: object, canary: number) =>
    judged(held('rate', { share, ...comparison }), 40, () => [
      { events: 0, total: canary },
      { events: 8, total: 400 },
    ]);

  test('of the requests forbids no pass where whole users are split, but a fail that may be theirs', () => {
    expect(shared({}, 90).verdict.because).toMatch(
      /does not get the 5% of the requests that its weight says/,
    );
    const counted = 'requests of users' as const;
    expect(shared({ counted }, 90).verdict.kind).toBe('pass');
    const heavy = judged(held('rate', { share, counted }), 40, () => [
      { events: 20, total: 90 },
      { events: 8, total: 400 },
    ]);
    expect(heavy.verdict.kind).toBe('inconclusive');
  });

  test('of the users is checked, each by itself', () => {
    const few = (comparison: object) =>
      judged(held('rate', { share, ...comparison }), 2, () => [
        { events: 0, total: 20 },
        { events: 2, total: 80 },
      ]).verdict.because;
    expect(few({ counted })).toMatch(/does not get the 5% of the users that its weight says/);
    expect(few({})).not.toMatch(/does not get/);
  });
});
