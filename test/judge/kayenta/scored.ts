import type { Criterion } from '../../../src/judge/criteria.ts';
import type { JudgeState } from '../../../src/judge/state.ts';
import { judge, type JudgePlan, type Judgement } from '../../../src/judge/judge.ts';
import type { Scoring } from '../../../src/judge/kayenta/scoring.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';
import type { Reading, Tick } from '../../../src/judge/samples.ts';

/** Three metrics, one of which is critical, in groups of 50, 30 and 20. */
const settings = {
  errors: { direction: 'increase', critical: true, effectSize: { criticalIncrease: 1.5 } },
  queue: { direction: 'increase' },
  cpu: { direction: 'increase' },
};

export type Name = keyof typeof settings;
export const names = Object.keys(settings) as Name[];

/** A point is a minute, and every point is looked at. */
export function scoring(
  changed: Partial<Scoring> = {},
  more: Partial<Record<Name, Record<string, unknown>>> = {},
): Scoring {
  return {
    config: {
      metrics: names.map((name) => ({
        name,
        groups: [name],
        settings: readSettings({ canary: { ...settings[name], ...more[name] } }),
      })),
      groupWeights: { errors: 50, queue: 30, cpu: 20 },
    },
    thresholds: { pass: 80, marginal: 50 },
    mode: 'strict',
    step: 60_000,
    interval: 1,
    points: 200,
    ...changed,
  };
}

export const scored: Criterion[] = names.map((name) => ({
  name,
  kind: name === 'errors' ? 'rate' : name === 'queue' ? 'value' : 'gauge',
  gating: true,
  scored: true,
}));

export function planOf(kayenta: Scoring): JudgePlan {
  return { alpha: 0.01, beta: 0.05, kayenta };
}

type Arms = readonly [canary: Reading, stable: Reading];

/** What each metric reads in the tick `at`, counted from 0: six ticks are a minute. */
export type Readings = (name: Name, at: number) => Arms;

/** Ten-second ticks. */
export function ticksOf(count: number, readings: Readings, first = 0): Tick[] {
  return Array.from({ length: count }, (_, index) => {
    const at = first + index;
    const metrics = names.map((name) => {
      const [canary, stable] = readings(name, at);
      return [name, { canary, stable }] as const;
    });
    return { window: { from: at * 10_000, to: (at + 1) * 10_000 }, metrics: Object.fromEntries(metrics) };
  });
}

/** Every metric as good as stable's but for some, which are so many times stable's. */
export function times(worse: Partial<Record<Name, number>>): Readings {
  return (name, at) => {
    const factor = worse[name] ?? 1;
    const wave = 1 + ((at * 7) % 11) / 100;
    const other = 1 + ((at * 5) % 11) / 100;
    if (name !== 'errors') return [value(10 * factor * wave), value(10 * other)];
    return [of(Math.round(100 * factor * wave), 10_000), of(Math.round(1000 * other), 100_000)];
  };
}

export function value(value: number): Reading {
  return { value, n: 1 };
}

export function of(events: number, total: number): Reading {
  return { events, total };
}

export const missing: Reading = { missing: 'answered 503' };

/** Judges so many minutes. */
export function judged(
  minutes: number,
  readings: Readings,
  kayenta = scoring(),
  state: JudgeState = {},
  first = 0,
): Judgement {
  return judge(scored, state, ticksOf(minutes * 6, readings, first * 6), planOf(kayenta));
}
