import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Criterion } from '../../src/judge/criteria.ts';
import type { JudgeState } from '../../src/judge/state.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Reading, Tick } from '../../src/judge/samples.ts';
import { names, planOf, scored, scoring, ticksOf } from './kayenta/scored.ts';
import { windowAt } from './ticks.ts';

const count = fc.integer({ min: 0, max: 200 });
const odd = fc.oneof(count, fc.double());
const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.record({ status: fc.constantFrom('ok', 'down') }),
  fc.record({ value: odd, n: odd }),
  fc.record({ events: count, total: count }),
  fc.record({ events: odd, total: odd }),
  fc.record({ missing: fc.string() }),
);
const limit = fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: undefined });
const failures = fc.option(
  fc.record({ consecutive: fc.integer({ min: 1, max: 3 }), total: fc.integer({ min: 1, max: 5 }) }),
  { nil: undefined },
);
const criteria: fc.Arbitrary<Criterion[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('one', 'two', 'three'),
    kind: fc.constantFrom('status', 'rate', 'value', 'latency'),
    gating: fc.boolean(),
    ok: fc.constant(['ok']),
    max: limit,
    min: limit,
    maxRatio: limit,
    minSample: fc.integer({ min: 1, max: 60 }),
    failures,
  }),
  { selector: ({ name }) => name, maxLength: 3 },
);
const readings = fc.record({ canary: reading, stable: fc.option(reading, { nil: undefined }) });
const metrics = fc.dictionary(fc.constantFrom('one', 'two', 'three'), readings, { maxKeys: 3 });
const ticks: fc.Arbitrary<Tick[]> = fc
  .array(metrics, { maxLength: 30 })
  .map((all) => all.map((one, at) => ({ window: windowAt(at), metrics: one })));

test('the same ticks give the same state and verdict however they are cut, also by way of JSON', () => {
  fc.assert(
    fc.property(criteria, ticks, fc.array(fc.nat(30), { maxLength: 6 }), (held, all, cuts) => {
      const whole = judge(held, {}, all);
      const edges = [0, ...cuts.filter((cut) => cut < all.length), all.length].sort((a, b) => a - b);
      let state: JudgeState = {};
      let baked = 0;
      for (const [at, from] of edges.slice(0, -1).entries()) {
        const part = judge(held, state, all.slice(from, edges[at + 1]));
        state = JSON.parse(JSON.stringify(part.state)) as JudgeState;
        for (const window of part.signalled) baked += window.to - window.from;
      }
      expect(judge(held, state, []).verdict).toEqual(whole.verdict);
      expect(JSON.stringify(state)).toBe(JSON.stringify(whole.state));
      expect(baked).toBe(whole.signalled.reduce((sum, { from, to }) => sum + to - from, 0));
    }),
  );
});

const numeric = fc.oneof(
  fc.record({ value: fc.double(), n: fc.constant(1) }),
  fc.record({ events: count, total: count }),
  fc.record({ missing: fc.string() }),
);
const minutes = fc.array(fc.array(fc.tuple(numeric, numeric), { minLength: 3, maxLength: 3 }), {
  maxLength: 40,
});

test('so do those that are scored together, and a tick that comes again changes nothing', () => {
  fc.assert(
    fc.property(
      minutes,
      fc.array(fc.nat(40), { maxLength: 6 }),
      fc.constantFrom('strict', 'compat'),
      fc.integer({ min: 1, max: 3 }),
      (readings, cuts, mode, interval) => {
        // Two ticks make a point, so that a few dozen make looks.
        const plan = planOf(scoring({ mode, interval, step: 20_000, points: 8 }));
        const all = ticksOf(readings.length, (name, at) => readings[at]![names.indexOf(name)]!);
        const whole = judge(scored, {}, all, plan);
        const edges = [0, ...cuts.filter((cut) => cut < all.length), all.length].sort((a, b) => a - b);
        let state: JudgeState = {};
        for (const [at, from] of edges.slice(0, -1).entries()) {
          const part = judge(scored, state, all.slice(Math.max(0, from - 2), edges[at + 1]), plan);
          state = JSON.parse(JSON.stringify(part.state)) as JudgeState;
        }
        expect(judge(scored, state, all, plan).verdict).toEqual(whole.verdict);
        expect(JSON.stringify(state)).toBe(JSON.stringify(whole.state));
      },
    ),
  );
});

test('a pass is never given unless every gating metric was measured in the newest tick', () => {
  fc.assert(
    fc.property(criteria, ticks, (held, all) => {
      if (judge(held, {}, all).verdict.kind !== 'pass') return;
      for (const { name } of held.filter(({ gating }) => gating)) {
        expect(all.at(-1)?.metrics[name]?.canary).not.toHaveProperty('missing');
      }
    }),
  );
});

test('once failed, it stays so', () => {
  fc.assert(
    fc.property(criteria, ticks, ticks, (held, all, more) => {
      const { state, verdict } = judge(held, {}, all);
      if (verdict.kind === 'fail') expect(judge(held, state, more).verdict.kind).toBe('fail');
    }),
  );
});

test('the state of ten metrics stays below 4 KiB', () => {
  const held = Array.from({ length: 10 }, (_, at): Criterion => ({
    name: `a-metric-of-checkout-${String(at)}`,
    kind: 'rate',
    gating: true,
    max: 0.0213,
    maxRatio: 1.25,
    minSample: 20,
    failures: { consecutive: 3, total: 100 },
  }));
  const at = (events: number, total: number): Tick['metrics'][string] => ({
    canary: { events, total },
    stable: { events: events + 17, total: total * 3 },
  });
  const tick = (readings: Tick['metrics'][string]): Tick => ({
    window: windowAt(0),
    metrics: Object.fromEntries(held.map(({ name }) => [name, readings])),
  });
  const { state } = judge(held, {}, [tick(at(123_456, 1_234_567)), tick(at(3, 17))]);
  expect(JSON.stringify(state).length).toBeLessThan(4096);
});
