/** A limit fails when it is shown to be exceeded and passes when it is shown to be kept, at any look. */
import { describe, expect, test } from 'vitest';
import type { JudgeState } from '../../../src/judge/state.ts';
import { atNewStep, judge } from '../../../src/judge/judge.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import { errors, judged, noMeasurements, of } from '../ticks.ts';

const max = { max: 0.02, minSample: 20 };

function times(count: number, reading: Reading): Reading[] {
  return Array.from({ length: count }, () => reading);
}

describe('a limit on a rate', () => {
  test('does not take a release back for one error in twenty requests, and says how much more it takes', () => {
    expect(judged(max, [of(1, 20)]).verdict).toMatchObject({
      kind: 'inconclusive',
      because:
        'errors: 5% (at most 29.98% with 95% confidence): 1 of 20 requests, not yet shown to exceed the 2% allowed: about 300 more requests',
    });
    expect(judged(max, [of(0, 100)]).verdict.because).toBe(
      'errors: 0% (at most 3.67% with 95% confidence): 0 of 100 requests, not yet shown to keep the 2% allowed: about 72 more requests',
    );
  });

  test('passes once it is shown to be kept, by all ticks together', () => {
    const { verdict } = judged(max, [of(1, 20), ...times(34, of(0, 20))]);
    expect(verdict).toMatchObject({
      kind: 'pass',
      because: 'errors: 0.14% (at most 0.97% with 95% confidence): 1 of 700 requests, at most 2% allowed',
    });
  });

  test('fails once it is shown to be exceeded, at any tick', () => {
    expect(judged(max, [of(10, 26)]).verdict).toMatchObject({
      kind: 'fail',
      because:
        'errors: 38.46% (at least 11.48% with 99% confidence): 10 of 26 requests, more than the 2% allowed',
    });
    expect(judged(max, times(30, of(4, 60))).verdict.kind).toBe('fail');
  });

  test('sees a disaster within a few requests, before the minimum sample', () => {
    expect(judged(max, [of(3, 3)]).verdict.kind).toBe('fail');
  });

  test('sees one that begins after a long good time, and says that it is late', () => {
    const good = judged(max, times(360, of(0, 50)));
    expect(good.verdict.kind).toBe('pass');
    expect(judged(max, [of(30, 50)], good.state).verdict).toMatchObject({
      kind: 'fail',
      because:
        'errors: 0.17% over all, more than the 2% allowed of late with 99% confidence: 30 of 18,050 requests',
    });
  });

  test('that failed stands whatever comes after it', () => {
    for (const after of [of(0, 5000), { missing: 'gone' }, of(0, 0)]) {
      expect(judged(max, [of(30, 30), after]).verdict.kind).toBe('fail');
    }
  });

  test('may be a minimum, or both', () => {
    const least = { min: 0.98, minSample: 20 };
    expect(judged(least, [of(60, 100)]).verdict.because).toBe(
      'errors: 60% (at most 75.57% with 99% confidence): 60 of 100 requests, less than the 98% wanted',
    );
    expect(judged(least, times(20, of(100, 100))).verdict).toMatchObject({
      kind: 'pass',
      because:
        'errors: 100% (at least 99.81% with 95% confidence): 2,000 of 2,000 requests, at least 98% wanted',
    });
    const both = { min: 0.4, max: 0.6, minSample: 20 };
    expect(judged(both, [of(500, 1000)]).verdict.kind).toBe('pass');
    expect(judged(both, [of(700, 1000)]).verdict.because).toContain('more than the 60% allowed');
    expect(judged(both, [of(300, 1000)]).verdict.because).toContain('less than the 40% wanted');
  });

  test('of nothing at all fails at the first event, and passes without any', () => {
    const none = { max: 0, minSample: 20 };
    expect(judged(none, [of(0, 30)]).verdict.kind).toBe('pass');
    expect(judged(none, [of(0, 3000), of(1, 30)]).verdict.kind).toBe('fail');
  });

  test('keeps its evidence at a new weight, where the canary has to be measured too', () => {
    const { state } = judged(max, times(30, of(0, 20)));
    expect(judge([errors(max)], atNewStep(state), []).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'errors: 0 of the 20 requests that a verdict needs',
    });
    expect(judged(max, [of(0, 20)], atNewStep(state)).verdict.kind).toBe('pass');
  });

  test('waits longer where errors come in batches, as the spec or the ticks say', () => {
    const readings = times(40, of(0, 20));
    expect(judged({ ...max, dispersion: 5 }, readings.slice(0, 15)).verdict.kind).toBe('inconclusive');
    expect(judged(max, readings.slice(0, 15)).verdict.kind).toBe('pass');
    // Ten errors at once, every fifth minute: far above the limit for a moment, and below it on the whole.
    const batches = Array.from({ length: 360 }, (_, at) => of(at % 30 === 29 ? 10 : 0, 40));
    expect(judged({ ...max, dispersion: 10 }, batches).verdict.kind).not.toBe('fail');
  });

  test('and a ratio to stable need both', () => {
    const both = { ...max, maxRatio: 2 };
    const good = times(30, of(0, 20)).map((reading): [Reading, Reading] => [reading, of(1, 200)]);
    expect(judged(both, good).verdict).toMatchObject({
      kind: 'pass',
      because:
        "errors: 0% (at most 0.62% with 95% confidence): 0 of 600 requests, at most 2% allowed and 0 × stable's (0% against 0.5%), at most 2 × allowed",
    });
    expect(judged(both, [[of(2, 20), of(1, 2000)]]).verdict).toMatchObject({
      kind: 'fail',
      because: "errors: 200 × stable's (10% against 0.05%), more than the 2 × allowed",
    });
    expect(judged(both, [[of(20, 20), of(20, 20)]]).verdict.because).toContain('more than the 2% allowed');
  });
});

describe('no signal', () => {
  test('while the newest reading is missing', () => {
    const { verdict, state } = judged(max, [...times(20, of(0, 20)), { missing: 'nothing listens there' }]);
    expect(verdict).toMatchObject({ kind: 'no-signal', because: 'errors: nothing listens there' });
    expect(judged(max, [of(0, 5)], state).verdict.kind).toBe('pass');
  });

  test('below the minimum sample', () => {
    expect(judged(max, [of(0, 7), of(0, 5)]).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'errors: 12 of the 20 requests that a verdict needs',
    });
  });

  test('where the canary has fallen silent, and not for one quiet tick', () => {
    const busy = times(20, of(0, 20));
    expect(judged(max, [...busy, of(0, 0)]).verdict.kind).toBe('pass');
    expect(judged(max, [...busy, ...times(3, of(0, 0))]).verdict).toMatchObject({
      kind: 'no-signal',
      because: 'errors: the canary had no requests for 30s',
    });
  });

  test.each(noMeasurements)('at %s, which is no measurement', (_, reading) => {
    const { verdict, state } = judged(max, [of(0, 30), reading]);
    expect(verdict.kind).toBe('no-signal');
    expect(state['errors']).toMatchObject({ limited: { all: [30, 0, 0] } });
  });
});

describe('a limit on a percentile is one on the share of slower requests', () => {
  const p99 = { kind: 'latency', max: 300, minSample: 20 } as const;
  const buckets = (below: number[], total: number, bounds = [100, 300, 1000]): Reading => ({
    bounds,
    below,
    total,
  });

  test('by the buckets of a histogram', () => {
    expect(judged(p99, [buckets([900, 999, 1000], 1000)]).verdict).toMatchObject({
      kind: 'pass',
      because:
        'errors: slower than 300ms are 0.1% (at most 0.68% with 95% confidence): 1 of 1,000 requests, at most 1% allowed',
    });
    expect(judged(p99, [buckets([100, 150, 200], 200)]).verdict.because).toContain(
      'slower than 300ms are 25% (at least ',
    );
    expect(judged({ ...p99, percentile: 50 }, [buckets([100, 150, 200], 200)]).verdict.kind).toBe('pass');
  });

  test('of whose requests in the bucket of the limit nobody knows whether they are slower', () => {
    const around = [100, 1000];
    expect(judged(p99, [buckets([500, 1000], 1000, around)]).verdict.kind).toBe('inconclusive');
    expect(judged(p99, [buckets([1000, 1000], 1000, around)]).verdict.kind).toBe('pass');
    expect(judged(p99, [buckets([500, 900], 1000, around)]).verdict.kind).toBe('fail');
    expect(judged(p99, [buckets([500], 1000, [100])]).verdict.kind).toBe('inconclusive');
  });

  test("by the load's own counts", () => {
    const seen = (least: number, most: number): Reading => ({ value: 250, n: 1000, slower: { least, most } });
    expect(judged(p99, [seen(0, 1)]).verdict.kind).toBe('pass');
    expect(judged(p99, [seen(12, 14)]).verdict.kind).toBe('inconclusive');
    expect(judged(p99, [seen(60, 70)]).verdict.kind).toBe('fail');
  });

  test('and where a tool says no more than the percentile, by one look at that', () => {
    expect(judged(p99, [{ value: 250, n: 1000 }]).verdict).toMatchObject({
      kind: 'pass',
      because: 'errors: p99 250ms, at most 300ms allowed',
    });
    expect(judged(p99, [{ value: 350, n: 1000 }]).verdict).toMatchObject({
      kind: 'fail',
      because: 'errors: p99 350ms, more than the 300ms allowed',
    });
    expect(judged(p99, [{ value: 250, n: 3 }]).verdict.kind).toBe('no-signal');
  });
});

describe('a rollout whose metric was judged look by look before', () => {
  const looks = { looks: 3, failed: 0, failedInARow: 0, last: { kind: 'pass', because: 'good' }, gap: null };
  const before = { errors: { until: 50_000, canary: { sum: 0, n: 3 }, stable: { sum: 0, n: 0 }, ...looks } };

  test('goes on, and counts no tick twice', () => {
    const state = before as JudgeState;
    const { verdict, state: after } = judged(max, times(20, of(0, 20)), state);
    expect(verdict.kind).toBe('pass');
    expect(judge([errors(max)], state, []).verdict.kind).toBe('no-signal');
    expect(after['errors']).toMatchObject({ until: 250_000, limited: { all: [400, 0, 0] } });
  });
});

describe('the numbers that a verdict was made from', () => {
  test('are the counts, the limit, how far the share is known, and how strong the evidence is', () => {
    const [metric] = judged(max, [of(1, 20), ...times(34, of(0, 20))]).verdict.metrics;
    expect(metric?.evidence).toEqual({
      canary: { sum: 1, n: 700 },
      max: 0.02,
      atLeast: expect.closeTo(0, 2) as number,
      atMost: expect.closeTo(0.0097, 3) as number,
      harm: expect.closeTo(0, 1) as number,
      pass: expect.any(Number) as number,
      needed: { harm: 100, pass: 20 },
    });
    expect(metric?.evidence?.pass).toBeGreaterThan(20);
  });

  test('of a failure are those that it failed by, whatever comes after it', () => {
    const [metric] = judged(max, [of(10, 26), of(0, 5000), { missing: 'gone' }]).verdict.metrics;
    expect(metric?.evidence).toMatchObject({ canary: { sum: 10, n: 26 }, max: 0.02, atLeast: 0.1148 });
    expect(metric?.evidence?.harm).toBeGreaterThan(100);
  });

  test('are those of the limit that is less clearly kept, in the words of the spec', () => {
    const both = { min: 0.4, max: 0.6, minSample: 20 };
    const [near] = judged(both, [of(42, 100)]).verdict.metrics;
    expect(near?.evidence).toMatchObject({ canary: { sum: 42, n: 100 }, min: 0.4, needed: { harm: 200 } });
    expect(near?.evidence).not.toHaveProperty('max');
    const [missed] = judged(both, [of(300, 1000)]).verdict.metrics;
    expect(missed?.evidence).toMatchObject({ canary: { sum: 300, n: 1000 }, min: 0.4 });
    expect(missed?.evidence?.atMost).toBeLessThan(0.4);
  });

  test('of a percentile are the slower requests', () => {
    const p99 = { kind: 'latency', max: 300, minSample: 20 } as const;
    const buckets: Reading = { bounds: [100, 300], below: [900, 999], total: 1000 };
    const [metric] = judged(p99, [buckets]).verdict.metrics;
    expect(metric?.evidence).toMatchObject({ canary: { sum: 1, n: 1000 }, max: 0.01 });
    const [one] = judged(p99, [
      { value: 350, n: 10 },
      { value: 350, n: 1000 },
    ]).verdict.metrics;
    expect(one?.evidence).toEqual({ canary: { sum: 350_000, n: 1000 }, max: 300 });
  });

  test('are absent before there is enough for a verdict', () => {
    expect(judged(max, [of(0, 7)]).verdict.metrics[0]).not.toHaveProperty('evidence');
    expect(judged(max, [{ missing: 'gone' }]).verdict.metrics[0]).not.toHaveProperty('evidence');
  });

  test.each([
    ['nothing is allowed', { max: 0, minSample: 1 }, of(1, 30)],
    ['all is allowed', { max: 1, minSample: 1 }, of(30, 30)],
    ['everything fails for ever', max, of(1e15, 1e15)],
  ])('are numbers that go through JSON, where %s', (_, criterion, reading) => {
    const { evidence } = judged(criterion, [reading]).verdict.metrics[0] ?? {};
    expect(evidence).toBeDefined();
    expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
    expect(JSON.stringify(evidence)).not.toContain('null');
  });
});
