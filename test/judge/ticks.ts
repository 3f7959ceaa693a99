import type { Criterion } from '../../src/judge/criteria.ts';
import type { JudgeState } from '../../src/judge/state.ts';
import { judge, type Judgement } from '../../src/judge/judge.ts';
import type { Reading, Tick } from '../../src/judge/samples.ts';

/** Ten-second ticks one after the other, each with these readings of a canary. */
export function ticks(name: string, ...readings: (Reading | [canary: Reading, stable: Reading])[]): Tick[] {
  return readings.map((reading, at) => {
    const [canary, stable] = Array.isArray(reading) ? reading : [reading, undefined];
    return { window: windowAt(at), metrics: { [name]: { canary, stable } } };
  });
}

export function windowAt(at: number): { from: number; to: number } {
  return { from: at * 10_000, to: (at + 1) * 10_000 };
}

/** Judges a metric called `errors`. */
export function judged(
  criterion: Partial<Criterion>,
  readings: (Reading | [Reading, Reading])[],
  state: JudgeState = {},
): Judgement {
  const { until } = state['errors'] ?? {};
  const later = until === undefined || until === null ? 0 : until;
  const after = ticks('errors', ...readings).map(({ window: { from, to }, metrics }) => ({
    window: { from: from + later, to: to + later },
    metrics,
  }));
  return judge([errors(criterion)], state, after);
}

export function errors(criterion: Partial<Criterion>): Criterion {
  return { name: 'errors', kind: 'rate', gating: true, ...criterion };
}

export function of(events: number, total: number): Reading {
  return { events, total };
}

/** Readings of a rate that count nothing, by what is wrong with each. */
export const noMeasurements: [wrong: string, reading: Reading][] = [
  ['more events than exposures', of(5, 3)],
  ['a negative count', of(-1, 30)],
  ['NaN', of(Number.NaN, 30)],
  ['infinitely many', of(1, Number.POSITIVE_INFINITY)],
  ['a reading of another kind', { status: 'ok' }],
];
