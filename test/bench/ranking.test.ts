import { describe, expect, test } from 'vitest';
import { Cells } from '../../bench/judge/cells.ts';
import { measure } from '../../bench/judge/measures.ts';
import type { Outcome } from '../../bench/judge/outcome.ts';
import { rank } from '../../bench/judge/ranking.ts';
import type { Job } from '../../bench/judge/settings.ts';
import { isHarm, type EffectName } from '../../bench/judge/world/effects.ts';
import type { WorldName } from '../../bench/judge/world/worlds.ts';

const never: Outcome = { failedAt: null, passedAt: null, onset: 0, exposed: 50_000 };
const failedAt = (tick: number): Outcome => ({ ...never, failedAt: tick, exposed: tick * 75 });

/** Rules that are known, with invented outcomes: what each does in every run without and with harm. */
function cellsOf(outcomes: Record<string, { quiet: Outcome; harmed: Outcome }>, runs = 200): Cells {
  const jobs = (['iid', 'batch'] satisfies WorldName[]).flatMap((world) =>
    (['none', 'errors-3'] satisfies EffectName[]).map((effect): Job => ({
      seed: 1,
      world,
      effect,
      from: 0,
      to: runs,
      rules: Object.keys(outcomes),
      kept: [],
    })),
  );
  const results = jobs.map(({ effect }) =>
    Object.entries(outcomes).map(([rule, { quiet, harmed }]) => ({
      rule,
      signal: 'errors' as const,
      outcomes: Array<Outcome>(runs).fill(effect === 'none' ? quiet : harmed),
    })),
  );
  return new Cells(jobs, results, isHarm);
}

describe('the ranking', () => {
  test('leaves a rule out that always fails, however soon it is, and says where', () => {
    const { safe, unsafe } = rank(
      cellsOf({
        'flagger-1': { quiet: failedAt(1), harmed: failedAt(1) },
        'prototype-fast': { quiet: never, harmed: failedAt(20) },
      }),
      'errors',
    );
    expect(safe.map(({ rule }) => rule)).toEqual(['prototype-fast']);
    expect(unsafe).toMatchObject([{ rule: 'flagger-1', unsafe: ['iid', 'batch'], isUnsafeEverywhere: true }]);
  });

  test('puts a rule that never fails behind one that finds harm', () => {
    const { safe } = rank(
      cellsOf({
        'flagger-1': { quiet: never, harmed: never },
        'prototype-fast': { quiet: never, harmed: failedAt(20) },
      }),
      'errors',
    );
    expect(safe.map(({ rule, requests }) => [rule, Math.round(requests)])).toEqual([
      ['prototype-fast', 1500],
      ['flagger-1', 50_000],
    ]);
  });

  test('takes no rule for safe on the word of few runs', () => {
    const few = cellsOf({ 'prototype-fast': { quiet: never, harmed: failedAt(20) } }, 100);
    expect(rank(few, 'errors').safe).toEqual([]);
  });

  test('leaves the oracle out', () => {
    const { safe, unsafe } = rank(cellsOf({ oracle: { quiet: never, harmed: failedAt(1) } }), 'errors');
    expect([...safe, ...unsafe]).toEqual([]);
  });
});

describe('the measures of a cell', () => {
  test('count from the onset of harm, and a fail before it as a false alarm', () => {
    const late = { ...never, onset: 1440 };
    const { minutes, requests, falseAlarms, missed } = measure(
      [
        { ...late, failedAt: 1452, exposed: 900 },
        { ...late, failedAt: 1448, exposed: 600 },
        { ...late, failedAt: 1000, exposed: 0 },
        late,
      ],
      true,
    );
    expect(minutes).toEqual({ median: 3, p90: Infinity });
    expect(requests.median).toBe(900);
    expect(falseAlarms.count).toBe(1);
    expect(missed.count).toBe(1);
  });

  test('call a pass false that comes after the onset and not after a fail', () => {
    const { falsePasses, inconclusive } = measure(
      [
        { ...never, passedAt: 40 },
        { ...never, passedAt: 40, failedAt: 20 },
        { ...never, passedAt: 40, failedAt: 60 },
        { ...never, passedAt: 40, onset: 100 },
        never,
      ],
      true,
    );
    expect(falsePasses.count).toBe(2);
    expect(inconclusive.count).toBe(1);
  });

  test('tell alarms of an hour from those of a day', () => {
    const { falseAlarmsInAnHour, falseAlarms, minutesToPass } = measure(
      [failedAt(240), failedAt(241), { ...never, passedAt: 80 }, { ...never, passedAt: 88 }],
      false,
    );
    expect([falseAlarmsInAnHour.count, falseAlarms.count]).toEqual([1, 2]);
    expect(minutesToPass).toEqual({ median: 22, p90: Infinity });
  });
});
