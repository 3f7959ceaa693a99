import { describe, expect, test } from 'vitest';
import type { Criterion } from '../../src/judge/criteria.ts';
import { atNewStep, judge } from '../../src/judge/judge.ts';
import { errors, judged, noMeasurements, of, ticks, windowAt } from './ticks.ts';

/** Judged look by look, for it says how many failed looks decide. */
const max = { max: 0.02, minSample: 20, failures: { total: 1 } };

describe('a look', () => {
  test('fails at the first one that is above the limit, and says the numbers', () => {
    const { verdict } = judged(max, [of(31, 1040)]);
    expect(verdict.kind).toBe('fail');
    expect(verdict.because).toBe(
      'errors: 31 of 1,040 requests (2.98%), more than the 2% allowed (1 of 1 failed look in all)',
    );
  });

  test('passes on the limit itself', () => {
    const { verdict } = judged(max, [of(2, 100)]);
    expect(verdict).toMatchObject({
      kind: 'pass',
      because: 'errors: 2 of 100 requests (2%), at most 2% allowed',
    });
  });

  test('is not made below the minimum sample, which is no signal', () => {
    const { verdict, signalled } = judged(max, [of(0, 7), of(5, 5)]);
    expect(verdict.kind).toBe('no-signal');
    expect(verdict.because).toBe('errors: 12 of the 20 requests that make a look');
    expect(signalled).toEqual([]);
  });

  test('pools ticks until they suffice, and the pool then starts anew', () => {
    const { state, verdict } = judged(max, [of(0, 12), of(0, 12), of(1, 12)]);
    expect(verdict.kind).toBe('pass');
    expect(state['errors']).toMatchObject({ looks: 1, canary: { sum: 1, n: 12 } });
  });

  test('stands while the next one is gathered', () => {
    const passed = judged(max, [of(0, 30), of(5, 5)]);
    expect(passed.verdict.kind).toBe('pass');
    expect(passed.signalled).toEqual([{ from: 0, to: 20_000 }]);
  });

  test('that failed stands whatever comes after it', () => {
    for (const after of [of(0, 5000), { missing: 'gone' }, of(0, 0)]) {
      expect(judged(max, [of(30, 30), after]).verdict.kind).toBe('fail');
    }
  });

  test('holds a minimum too', () => {
    const success = { min: 0.99, minSample: 20, failures: { total: 1 } };
    expect(judged(success, [of(900, 1000)]).verdict).toMatchObject({
      kind: 'fail',
      because: 'errors: 900 of 1,000 requests (90%), less than the 99% wanted (1 of 1 failed look in all)',
    });
    expect(judged(success, [of(999, 1000)]).verdict.kind).toBe('pass');
  });

  test('without any condition never passes', () => {
    expect(judged({ minSample: 20 }, [of(0, 1000)]).verdict.kind).toBe('inconclusive');
  });

  test('of values judges their mean', () => {
    const queue = { kind: 'value', max: 10, minSample: 2 } as const;
    const { verdict } = judged(queue, [
      { value: 9, n: 1 },
      { value: 12, n: 1 },
    ]);
    expect(verdict.because).toBe('errors: mean 10.5 of 2 ticks, more than the 10 allowed');
    expect(judged(queue, [{ value: 9, n: 1 }]).verdict.because).toBe(
      'errors: 1 of the 2 ticks that make a look',
    );
  });

  test('of latencies weights them by their requests', () => {
    const { verdict } = judged(
      { kind: 'latency', percentile: 99, max: 500, minSample: 20, failures: { total: 1 } },
      [
        { value: 100, n: 10 },
        { value: 1000, n: 30 },
      ],
    );
    expect(verdict.because).toBe(
      'errors: p99 775ms, more than the 500ms allowed (1 of 1 failed look in all)',
    );
  });
});

describe('compared with stable', () => {
  const ratio = { maxRatio: 1.25, minSample: 20 };

  test('fails above the ratio and says both values', () => {
    const { verdict } = judged(ratio, [[of(19, 2000), of(10, 2000)]]);
    expect(verdict).toMatchObject({
      kind: 'fail',
      because: "errors: 1.9 × stable's (0.95% against 0.5%), more than the 1.25 × allowed",
    });
  });

  test('waits until stable too has the minimum sample', () => {
    const { verdict } = judged(ratio, [[of(1, 40), of(0, 3)]]);
    expect(verdict.because).toBe('errors: stable has 3 of the 20 requests that make a look');
    expect(verdict.kind).toBe('no-signal');
  });

  test('is no signal when stable could not be measured', () => {
    const { verdict } = judged(ratio, [
      [of(1, 400), of(1, 400)],
      [of(1, 400), { missing: 'http://m/: answered 503' }],
    ]);
    expect(verdict).toMatchObject({ kind: 'no-signal', because: 'errors: stable: http://m/: answered 503' });
  });

  test('a single error does not fail a canary whose stable had none, and many do', () => {
    expect(judged(ratio, [[of(1, 1000), of(0, 1000)]]).verdict.kind).toBe('pass');
    const { verdict } = judged(ratio, [[of(9, 1000), of(0, 1000)]]);
    expect(verdict).toMatchObject({
      kind: 'fail',
      because:
        "errors: 9 of 1,000 requests (0.9%) against none of stable's 1,000 (taken as 0.3%), more than the 1.25 × allowed",
    });
  });

  test('a value has no ratio to a stable of 0, unless it is 0 too', () => {
    const value = { kind: 'value', maxRatio: 2 } as const;
    const zero = { value: 0, n: 1 };
    expect(judged(value, [[zero, zero]]).verdict.kind).toBe('pass');
    expect(judged(value, [[{ value: 3, n: 1 }, zero]]).verdict).toMatchObject({
      kind: 'inconclusive',
      because: "errors: 3 against stable's 0, of which there is no multiple to compare with",
    });
  });

  test('at least so many times: less is a failure, and none of stable is no bar', () => {
    const sales = { minRatio: 0.8, minSample: 20 };
    expect(judged(sales, [[of(10, 100), of(20, 100)]]).verdict.because).toBe(
      "errors: 0.5 × stable's (10% against 20%), less than the 0.8 × wanted",
    );
    expect(judged(sales, [[of(0, 100), of(0, 100)]]).verdict.kind).toBe('pass');
  });
});

describe('no signal', () => {
  test('while the newest reading is missing, which neither clears nor counts', () => {
    const { verdict, state } = judged(max, [of(0, 30), { missing: 'http://m/: nothing listens there' }]);
    expect(verdict).toMatchObject({ kind: 'no-signal', because: 'errors: http://m/: nothing listens there' });
    expect(judged(max, [of(0, 5)], state).verdict.kind).toBe('pass');
    expect(state['errors']).toMatchObject({ looks: 1, failed: 0 });
  });

  test('while the canary has no requests', () => {
    const { verdict } = judged(max, [of(0, 30), of(0, 0)]);
    expect(verdict).toMatchObject({
      kind: 'no-signal',
      because: 'errors: the canary had no requests in the newest tick',
    });
  });

  test.each(noMeasurements)('at %s, which is no measurement', (_, reading) => {
    const { verdict, state } = judged(max, [of(0, 30), reading]);
    expect(verdict.kind).toBe('no-signal');
    expect(state['errors']).toMatchObject({ canary: { sum: 0, n: 0 } });
  });

  test('when a tick says nothing of the metric', () => {
    const tick = { window: windowAt(0), metrics: {} };
    expect(judge([errors(max)], {}, [tick]).verdict.because).toBe('errors: it was not measured');
  });

  test('before any tick', () => {
    expect(judge([errors(max)], {}, []).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'errors: 0 of the 20 requests that make a look',
    });
  });

  test('windows without one are left out of those that count as baked, neighbours joined', () => {
    const { signalled } = judged(max, [of(0, 30), of(0, 30), { missing: 'x' }, of(0, 30), of(1, 1)]);
    expect(signalled).toEqual([
      { from: 0, to: 20_000 },
      { from: 30_000, to: 50_000 },
    ]);
  });
});

describe('failures', () => {
  const bad = of(30, 30);
  const good = of(0, 30);

  test('in a row: inconclusive until there are so many', () => {
    const limit = { ...max, failures: { consecutive: 2 } };
    expect(judged(limit, [bad]).verdict).toMatchObject({
      kind: 'inconclusive',
      because: 'errors: 30 of 30 requests (100%), more than the 2% allowed (1 of 2 failed looks in a row)',
    });
    expect(judged(limit, [bad, good, bad]).verdict.kind).toBe('inconclusive');
    expect(judged(limit, [bad, { missing: 'x' }, bad]).verdict.kind).toBe('fail');
  });

  test('in all: counted over good looks and over steps', () => {
    const limit = { ...max, failures: { total: 2 } };
    const first = judged(limit, [bad, good]);
    expect(first.verdict.kind).toBe('pass');
    expect(judged(limit, [bad], atNewStep(first.state)).verdict.kind).toBe('fail');
  });
});

describe('a status', () => {
  const monitor: Partial<Criterion> = { kind: 'status', ok: ['ok', 'warm'] };

  test('passes at a good one', () => {
    expect(judged(monitor, [{ status: 'warm' }]).verdict).toMatchObject({
      kind: 'pass',
      because: 'errors: "warm"',
    });
  });

  test('is looked at again at any other, however often', () => {
    const { verdict } = judged(
      monitor,
      Array.from({ length: 50 }, () => ({ status: 'starting' })),
    );
    expect(verdict).toMatchObject({
      kind: 'inconclusive',
      because: 'errors: "starting" where "ok" or "warm" is wanted',
    });
    expect(judged(monitor, [{ status: 'starting' }, { status: 'ok' }]).verdict.kind).toBe('pass');
  });

  test('fails where the spec says at how many', () => {
    const limited = { ...monitor, failures: { consecutive: 3 } };
    expect(
      judged(
        limited,
        Array.from({ length: 3 }, () => ({ status: 'down' })),
      ).verdict.kind,
    ).toBe('fail');
  });
});

describe('the whole', () => {
  const [tick] = ticks('errors', of(30, 30));
  const metrics = {
    ...tick?.metrics,
    latency: { canary: { missing: 'gone' } },
    constructor: { canary: { status: 'ok' } },
  };
  const criteria: Criterion[] = [
    errors({ ...max, gating: false }),
    { name: 'latency', kind: 'latency', gating: false, max: 500 },
    { name: 'constructor', kind: 'status', gating: true, ok: ['ok'] },
  ];

  test('is decided by the gating metrics alone, and reports the others', () => {
    const { verdict } = judge(criteria, {}, [{ window: windowAt(0), metrics }]);
    expect(verdict).toMatchObject({ kind: 'pass', because: 'constructor: "ok"' });
    expect(verdict.metrics.map(({ kind }) => kind)).toEqual(['fail', 'no-signal', 'pass']);
  });

  test('fails before it lacks a signal, and lacks one before anything else', () => {
    const gating = criteria.map((criterion) => ({ ...criterion, gating: true }));
    expect(judge(gating, {}, [{ window: windowAt(0), metrics }]).verdict.kind).toBe('fail');
    expect(judge(gating.slice(1), {}, [{ window: windowAt(0), metrics }]).verdict.kind).toBe('no-signal');
  });

  test('without a gating metric is inconclusive, and the time counts as baked', () => {
    const { verdict, signalled } = judge(criteria.slice(0, 2), {}, [{ window: windowAt(0), metrics }]);
    expect(verdict).toMatchObject({ kind: 'inconclusive', because: 'nothing is measured that decides' });
    expect(signalled).toEqual([windowAt(0)]);
  });
});

test('at a new weight a look made at an earlier one does not stand', () => {
  const { state } = judged(max, [of(0, 30), of(0, 7)]);
  const { verdict } = judge([errors(max)], atNewStep(state), []);
  expect(verdict).toMatchObject({
    kind: 'no-signal',
    because: 'errors: 0 of the 20 requests that make a look',
  });
});

describe('the numbers behind a look', () => {
  test('are those of the last look, and the limit', () => {
    const [metric] = judged(max, [of(0, 20), of(31, 1040), of(0, 3)]).verdict.metrics;
    expect(metric).toMatchObject({ kind: 'fail', evidence: { canary: { sum: 31, n: 1040 }, max: 0.02 } });
    const level = { kind: 'value', max: 5, minSample: 2 } as const;
    expect(
      judged(level, [
        { value: 2, n: 1 },
        { value: 4, n: 1 },
      ]).verdict.metrics[0],
    ).toMatchObject({
      kind: 'pass',
      evidence: { canary: { sum: 6, n: 2 }, max: 5 },
    });
  });

  test('are absent where there is no limit', () => {
    expect(
      judged({ maxRatio: 2, minSample: 1 }, [[of(1, 100), of(1, 100)]]).verdict.metrics[0],
    ).not.toHaveProperty('evidence');
  });
});
