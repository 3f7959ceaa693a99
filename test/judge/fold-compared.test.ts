import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../src/domain/random.ts';
import type { Criterion } from '../../src/judge/criteria.ts';
import type { JudgeState } from '../../src/judge/state.ts';
import { judge, judgingOf, type JudgePlan } from '../../src/judge/judge.ts';
import type { Noise } from '../../src/judge/sequential/noise.ts';
import type { Reading, Tick } from '../../src/judge/samples.ts';
import {
  errors,
  every,
  gaugeNoise,
  held,
  hour,
  judged,
  latencies,
  throughJson,
  ticksOf,
  values,
  type Arms,
} from './compared/comparing.ts';

const noise: Noise = { dispersion: 1.5, wander: { sd: 0.2, minutes: 30 } };
const risk: JudgePlan = { alpha: 0.01, beta: 0.05 };

/** One metric of each kind, with its noise known and not. */
const all: Criterion[] = [
  held('rate', { share: 0.05 }),
  held('rate', { noise: { counts: noise } }, { name: 'rate-known' }),
  held('latency', { share: 0.05 }),
  held('latency', { noise: { bounds: [{ above: 20, noise }] } }, { name: 'latency-known' }),
  held('gauge', { noise: { gauge: gaugeNoise } }),
  held('gauge', {}, { name: 'gauge-unknown' }),
];

const missing = fc.record({ missing: fc.constantFrom('no answer', 'a timeout') });
const count = fc.nat(400);
const rate = fc.tuple(count, count).map(([events, others]): Reading => ({ events, total: events + others }));
const latency = fc.tuple(count, count, count).map(([fast, slow, slower]): Reading => ({
  bounds: [10, 20],
  below: [fast, fast + slow],
  total: fast + slow + slower,
}));
const gauge = fc.double({ min: 0, max: 40, noNaN: true }).map((value): Reading => ({ value, n: 1 }));
const readingOf = { rate, latency, gauge };
const tick = fc.record(
  Object.fromEntries(
    all.map(({ name, kind }) => {
      const reading = fc.oneof(
        { weight: 12, arbitrary: readingOf[kind as keyof typeof readingOf] },
        { weight: 1, arbitrary: missing },
      );
      return [name, fc.record({ canary: reading, stable: reading })];
    }),
  ),
);
const ticks = fc
  .array(tick, { maxLength: 40 })
  .map((metrics): Tick[] =>
    metrics.map((one, at) => ({ window: { from: at * every, to: (at + 1) * every }, metrics: one })),
  );

describe('the same ticks give exactly the same state and verdict', () => {
  test('in any batching, also overlapping, with ticks that come again, and by way of JSON', () => {
    fc.assert(
      fc.property(ticks, fc.array(fc.tuple(fc.nat(40), fc.nat(5)), { maxLength: 8 }), (whole, cuts) => {
        const once = judge(all, {}, whole, risk);
        const edges = [...cuts.filter(([at]) => at < whole.length), [whole.length, 0] as const].sort(
          ([a], [b]) => a - b,
        );
        let state: JudgeState = {};
        let from = 0;
        for (const [to, again] of edges) {
          const batch = whole.slice(Math.max(0, from - again), to);
          state = throughJson(judge(all, state, [...batch, ...batch.slice(-again)], risk).state);
          from = to;
        }
        const parts = judge(all, state, whole, risk);
        expect(parts.verdict).toEqual(once.verdict);
        expect(JSON.stringify(parts.state)).toBe(JSON.stringify(once.state));
        expect(parts.signalled).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('when a look is taken after each of them', () => {
    fc.assert(
      fc.property(ticks, (whole) => {
        const judging = judgingOf(all, {}, risk);
        for (const one of whole) {
          judging.add(one);
          judging.verdict();
        }
        expect(judging.verdict()).toEqual(judge(all, {}, whole, risk).verdict);
      }),
      { numRuns: 200 },
    );
  });
});

test('a tick that comes after later ones is let go: what is left are the ticks in rising order', () => {
  fc.assert(
    fc.property(ticks, fc.infiniteStream(fc.nat(1000)), (whole, keys) => {
      const order = whole.map((one) => ({ one, key: keys.next().value as number }));
      const shuffled = order.sort((a, b) => a.key - b.key).map(({ one }) => one);
      let until = 0;
      const rising = shuffled.filter(({ window: { to } }) => {
        const isLater = to > until;
        until = Math.max(until, to);
        return isLater;
      });
      const late = judge(all, {}, shuffled, risk);
      const left = judge(all, {}, rising, risk);
      expect(JSON.stringify(late.state)).toBe(JSON.stringify(left.state));
      expect(late.verdict).toEqual(left.verdict);
    }),
    { numRuns: 200 },
  );
});

test('a window that overlaps one that was counted gives no signal and adds no evidence', () => {
  const random = randomOf('overlap');
  const criterion = held('rate');
  const { state } = judged(criterion, 10, () => errors(random, {}));
  const [bad] = ticksOf(1, () => ({
    rate: [
      { events: 70, total: 70 },
      { events: 0, total: 1_400 },
    ],
  }));
  const window = { from: 9.5 * every, to: 10.5 * every };
  const after = judge([criterion], state, [{ ...bad!, window }]);
  expect(after.verdict).toMatchObject({
    kind: 'no-signal',
    because: 'rate: its window overlaps one that was counted already',
  });
  expect(after.state['rate']).toMatchObject({ compared: (state['rate'] as { compared: unknown }).compared });
});

test('a tick that says nothing of a metric leaves its evidence as it was', () => {
  const random = randomOf('nothing said');
  const { state } = judged(held('rate'), 10, () => errors(random, {}));
  const { state: after, verdict } = judge(
    [held('rate')],
    state,
    ticksOf(1, () => ({}), 10),
  );
  expect(verdict.because).toBe('rate: it was not measured');
  expect(after['rate']).toMatchObject({ compared: (state['rate'] as { compared: unknown }).compared });
});

describe('after a day of 15-second ticks', () => {
  const random = randomOf('state');
  const noiseWith = (found: typeof noise | undefined) => ({
    rate: { counts: found },
    latency: { counts: found },
    gauge: { gauge: { sd: 1.4142, lasting: 0.1 } },
  });
  // Drawn once: a day of single requests would take minutes. Few would show harm where there is none.
  const drawn = Array.from({ length: 600 }, () => latencies(random, {}));
  const anyOf = (some: Arms[]) => some[Math.floor(random.uniform() * some.length)]!;
  const arms = {
    rate: () => errors(random, {}),
    latency: (): Arms => [anyOf(drawn)[0], anyOf(drawn)[1]],
    gauge: () => values(random, {}),
  };

  test.each([
    ['nothing wanders', { ...noise, wander: { sd: 0, minutes: 1 } }],
    ['every rate and latency wanders', noise],
    ['nothing is known', undefined],
  ])('what is carried of ten metrics of all kinds is less than 4 KiB where %s', (_, found) => {
    const known = noiseWith(found);
    const rates = Array<'rate'>(5).fill('rate');
    const kinds = [...rates, 'latency', 'latency', 'gauge', 'gauge', 'gauge'] as const;
    const criteria = kinds.map((kind, at) =>
      held(kind, { noise: known[kind], share: 0.05 }, { name: `${kind}-${String(at)}` }),
    );
    const judging = judgingOf(criteria, {}, risk);
    const readings = () =>
      Object.fromEntries(kinds.map((kind, at) => [`${kind}-${String(at)}`, arms[kind]()]));
    for (const one of ticksOf(24 * hour, readings, Date.UTC(2026, 0) / every)) judging.add(one);
    expect(Buffer.byteLength(JSON.stringify(judging.state()))).toBeLessThan(4096);
  });
});
