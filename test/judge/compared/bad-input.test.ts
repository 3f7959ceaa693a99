import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/domain/random.ts';
import type { Criterion } from '../../../src/judge/criteria.ts';
import type { JudgeState } from '../../../src/judge/state.ts';
import { judge, type JudgePlan } from '../../../src/judge/judge.ts';
import type { Reading, Tick } from '../../../src/judge/samples.ts';
import { errors, every, gaugeNoise, held, judged, throughJson, type Arms } from './comparing.ts';

const risk: JudgePlan = { alpha: 0.01, beta: 0.05 };
const noise = { dispersion: 1.5, wander: { sd: 0.2, minutes: 30 } };

const anything: Criterion[] = [
  held('rate', { share: 0.05 }),
  held('rate', { noise: { counts: noise } }, { name: 'rate-known' }),
  held('latency', {}),
  held('latency', { noise: { bounds: [{ above: 20, noise }] } }, { name: 'latency-known' }),
  held('gauge', { noise: { gauge: gaugeNoise } }),
  held('gauge', {}, { name: 'gauge-unknown' }),
];

/** Numbers as they come from broken sources: anything, of any size, and no number at all. */
const number = fc.oneof(
  fc.nat(100),
  fc.integer({ min: -100, max: 10_000_000 }),
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 1e300, Number.MAX_VALUE, Number.MIN_VALUE),
);
const numbers = fc.array(number, { maxLength: 4 });
const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.record({ events: number, total: number }),
  fc.record({ value: number, n: number }),
  fc.record({ bounds: numbers, below: numbers, total: number }),
  fc.record({ bounds: fc.constant<number[]>([10, 20]), below: fc.tuple(number, number), total: number }),
  fc.record({ status: fc.string() }),
  fc.record({ missing: fc.string() }),
);
const readings = fc.record({ canary: reading, stable: fc.option(reading, { nil: undefined }) });
const metrics = fc.dictionary(fc.constantFrom(...anything.map(({ name }) => name)), readings);
const length = fc.integer({ min: 1, max: 2 * every });
const ticks = fc.array(fc.record({ metrics, from: fc.nat(40), length }), { maxLength: 30 }).map((all) =>
  all.map(({ metrics: one, from, length: long }): Tick => ({
    window: { from: from * every, to: from * every + long },
    metrics: one,
  })),
);

test('whatever comes, nothing is thrown, and what is carried goes through JSON unchanged', () => {
  fc.assert(
    fc.property(ticks, ticks, (first, more) => {
      const { state } = judge(anything, {}, first, risk);
      const carried = throughJson(state);
      expect(carried).toEqual(state);
      const [here, there] = [judge(anything, state, more, risk), judge(anything, carried, more, risk)];
      expect(JSON.stringify(there)).toBe(JSON.stringify(here));
      expect(throughJson(here.verdict as unknown as JudgeState)).toEqual(here.verdict);
    }),
    { numRuns: 500 },
  );
});

/** Readings that each are wrong in one way, and that no metric of the kind may be judged by. */
const bad: Record<'rate' | 'latency' | 'gauge', fc.Arbitrary<Reading>> = {
  rate: fc.oneof(
    fc.tuple(fc.constantFrom(NaN, Infinity, -1), fc.nat(100)).map(([events, total]) => ({ events, total })),
    fc.tuple(fc.nat(100), fc.constantFrom(NaN, Infinity, -1)).map(([events, total]) => ({ events, total })),
    fc
      .tuple(fc.nat(100), fc.integer({ min: 1, max: 100 }))
      .map(([total, more]) => ({ events: total + more, total })),
    fc.record({ value: fc.nat(), n: fc.nat() }),
    fc.constant({ missing: 'http://m/: $.errors went from 5 to 0: restarted?' }),
  ),
  latency: fc.oneof(
    fc.constantFrom<Reading>(
      { bounds: [], below: [], total: 10 },
      { bounds: [10, 20], below: [1], total: 10 },
      { bounds: [10], below: [1, 2], total: 10 },
      { bounds: [10, 20], below: [5, 4], total: 10 },
      { bounds: [10, 20], below: [5, 11], total: 10 },
      { bounds: [20, 10], below: [5, 6], total: 10 },
      { bounds: [10, 10], below: [5, 6], total: 10 },
      { bounds: [10, NaN], below: [5, 6], total: 10 },
      { bounds: [10, Infinity], below: [5, 6], total: 10 },
      { bounds: [10, 20], below: [-1, 6], total: 10 },
      { bounds: [10, 20], below: [NaN, 6], total: 10 },
      { bounds: [10, 20], below: [5, 6], total: NaN },
      { bounds: [10, 20], below: [5, 6], total: Infinity },
      { value: 10, n: 100 },
    ),
  ),
  gauge: fc.constantFrom<Reading>(
    { value: NaN, n: 1 },
    { value: Infinity, n: 1 },
    { value: -Infinity, n: 1 },
    { events: 1, total: 2 },
    { missing: 'gone' },
  ),
};

/** A canary that is half as bad as stable, long enough for a pass. */
const good: Record<'rate' | 'latency' | 'gauge', Arms> = {
  rate: [
    { events: 5, total: 200 },
    { events: 50, total: 1000 },
  ],
  latency: [
    { bounds: [10, 20], below: [150, 195], total: 200 },
    { bounds: [10, 20], below: [500, 950], total: 1000 },
  ],
  gauge: [
    { value: 5, n: 1 },
    { value: 10, n: 1 },
  ],
};
const known: Record<'rate' | 'latency' | 'gauge', Criterion> = {
  rate: held('rate'),
  latency: held('latency'),
  gauge: held('gauge', { noise: { gauge: gaugeNoise } }),
};

describe.each(['rate', 'latency', 'gauge'] as const)('a %s that passes', (kind) => {
  const passing = judged(known[kind], 200, () => good[kind]);

  test('does so by good readings', () => {
    expect(passing.verdict.kind).toBe('pass');
  });

  test('does not while the newest reading of either arm is bad, and adds nothing by it', () => {
    fc.assert(
      fc.property(bad[kind], fc.boolean(), (wrong, isCanary) => {
        const arms: Arms = isCanary ? [wrong, good[kind][1]] : [good[kind][0], wrong];
        const { verdict, state } = judged(known[kind], 1, () => arms, { state: passing.state, first: 200 });
        expect(verdict.kind).toBe('no-signal');
        expect(state[kind]).toMatchObject({
          compared: (passing.state[kind] as unknown as { compared: object }).compared,
        });
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['readings', {}],
    ['a reading of stable', { [kind]: { canary: good[kind][0] } }],
  ])('does not in a tick without %s', (_, metrics) => {
    const window = { from: 200 * every, to: 201 * every };
    const { verdict } = judge([known[kind]], passing.state, [{ window, metrics }]);
    expect(verdict).toMatchObject({
      kind: 'no-signal',
      because: expect.stringContaining('it was not measured') as string,
    });
  });

  test('does not when more than a fifth of the ticks gave nothing', () => {
    const every4th = judged(known[kind], 400, (at) =>
      at % 4 === 0 ? [{ missing: 'x' }, good[kind][1]] : good[kind],
    );
    expect(every4th.verdict).toMatchObject({
      kind: 'inconclusive',
      because: expect.stringMatching(/; 100 of 400 ticks gave nothing, too many for a pass$/) as string,
    });
    const every8th = judged(known[kind], 400, (at) =>
      at % 8 === 0 ? [{ missing: 'x' }, good[kind][1]] : good[kind],
    );
    expect(every8th.verdict.kind).toBe('pass');
  });
});

describe('an arm without traffic', () => {
  const none: Record<'rate' | 'latency', Reading> = {
    rate: { events: 0, total: 0 },
    latency: { bounds: [10, 20], below: [0, 0], total: 0 },
  };

  test.each(['rate', 'latency'] as const)('never passes a %s, however long it goes on', (kind) => {
    for (const arms of [
      [none[kind], good[kind][1]],
      [good[kind][0], none[kind]],
      [none[kind], none[kind]],
    ] as const) {
      const { verdict, signalled } = judged(known[kind], 400, () => arms);
      expect(verdict.kind).toBe('no-signal');
      expect(signalled).toEqual([]);
    }
  });

  test('that had traffic before gives no signal after three ticks in a row in which ten requests were due', () => {
    const quiet = (ticks: number, requests: number): string =>
      judged(known.rate, 100 + ticks, (at) => [
        { events: 0, total: at < 100 ? requests : 0 },
        { events: 50, total: 1000 },
      ]).verdict.because;
    expect(quiet(2, 200)).not.toContain('had no requests');
    expect(quiet(3, 200)).toBe('rate: the canary had no requests for 45s');
    expect(quiet(9, 1)).not.toContain('had no requests');
    expect(quiet(10, 1)).toBe('rate: the canary had no requests for 2m30s');
  });

  test('is told of stable too, and forgotten at its next request', () => {
    const random = randomOf('silence');
    const arms = (at: number): Arms => {
      const [canary, stable] = errors(random, {});
      return [canary, at >= 100 && at < 110 ? none.rate : stable];
    };
    const silent = judged(known.rate, 110, arms);
    expect(silent.verdict.because).toBe('rate: stable had no requests for 2m30s');
    const back = judged(known.rate, 1, arms, { state: silent.state, first: 110 });
    expect(back.verdict.because).not.toContain('had no requests');
  });
});

describe('buckets', () => {
  test('of the canary that are not those of stable give no signal', () => {
    const [canary, stable] = good.latency;
    const other = { ...canary, bounds: [10, 30] } as Reading;
    expect(judged(known.latency, 1, () => [other, stable]).verdict).toMatchObject({
      kind: 'no-signal',
      because: "latency: the canary's buckets are not those of stable",
    });
  });

  test('that change while a metric is judged give no signal, unless the bounds that are watched stay', () => {
    const passing = judged(known.latency, 200, () => good.latency);
    const changed = (bounds: number[]): string => {
      const arms = good.latency.map((arm) => ({ ...arm, bounds })) as unknown as Arms;
      return judged(known.latency, 1, () => arms, { state: passing.state, first: 200 }).verdict.because;
    };
    expect(changed([10, 30])).toBe('latency: its buckets changed: none ends at 20ms any more');
    expect(changed([10, 20])).toContain('shown to be below 1.5 ×');
  });

  test('that change while the usual is learnt: it is learnt anew', () => {
    const few = (...bounds: number[]): Arms => {
      const reading: Reading = { bounds, below: [20, 40], total: 50 };
      return [reading, reading];
    };
    const learning = judged(known.latency, 8, () => few(10, 30));
    expect(learning.verdict.because).toBe("latency: learning what is usual: 400 of 500 requests of stable's");
    const other = judged(known.latency, 1, () => few(10, 20), { state: learning.state, first: 8 });
    expect(other.verdict.because).toBe('latency: its buckets changed');
    const again = judged(known.latency, 1, () => few(10, 20), { state: other.state, first: 9 });
    expect(again.verdict.because).toContain('100 of 500 requests');
  });

  test('none of which some requests lie above give no signal', () => {
    const arms = good.latency.map((arm) => ({ ...arm, below: [0, 0] })) as unknown as Arms;
    expect(judged(known.latency, 20, () => arms).verdict).toMatchObject({
      kind: 'no-signal',
      because: "latency: no bucket ends where some of stable's requests lie above it and most below",
    });
  });
});
