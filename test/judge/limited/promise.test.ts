/** What a limit promises, in simulation: it holds however often it is looked at, and the state stays small. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wilson } from '../../../bench/judge/wilson.ts';
import type { JudgeState } from '../../../src/judge/state.ts';
import { judge, judgingOf } from '../../../src/judge/judge.ts';
import { randomOf } from '../../../src/domain/random.ts';
import type { Reading } from '../../../src/judge/samples.ts';
import { errors, of, ticks } from '../ticks.ts';

const risk = { alpha: 0.05, beta: 0.1 };

/** The share of rollouts that ever fail, and that ever pass, in `looks` looks of `total` requests. */
function ever(limit: number, rate: number, { runs = 400, looks = 300, total = 10, batch = 1 } = {}) {
  const found = { fail: 0, pass: 0 };
  for (let run = 0; run < runs; run += 1) {
    const random = randomOf(`${String(limit)}/${String(rate)}/${String(batch)}/${String(run)}`);
    const judging = judgingOf([errors({ max: limit, dispersion: batch })], {}, risk);
    const seen = new Set<string>();
    const readings = Array.from({ length: looks }, () =>
      of(batch * random.binomial(total / batch, rate), total),
    );
    for (const tick of ticks('errors', ...readings)) {
      judging.add(tick);
      seen.add(judging.kind());
      if (seen.has('fail')) break;
    }
    if (seen.has('fail')) found.fail += 1;
    if (seen.has('pass')) found.pass += 1;
  }
  return { fail: wilson(found.fail, runs), pass: wilson(found.pass, runs) };
}

test.each([
  [0.02, 10, 1],
  [0.2, 10, 1],
  [0.001, 200, 1],
  [0.02, 30, 3],
])(
  'at a rate of %s, which is the limit, α and β hold over all looks (%s requests each, by %s)',
  (limit, total, batch) => {
    const { fail, pass } = ever(limit, limit, { total, batch });
    expect(fail.low).toBeLessThan(risk.alpha);
    expect(pass.low).toBeLessThan(risk.beta);
  },
);

test('a rate of twice the limit fails, and one of a fifth of it passes and does not fail', () => {
  expect(ever(0.02, 0.04).fail.low).toBeGreaterThan(0.95);
  const good = ever(0.02, 0.004);
  expect(good.pass.low).toBeGreaterThan(0.95);
  expect(good.fail.high).toBeLessThan(0.02);
});

const count = fc.nat(100_000);
const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.tuple(count, count).map(([one, other]) => of(Math.min(one, other), Math.max(one, other))),
  fc.constant({ missing: 'gone' }),
);
const limit = fc.double({ min: 0, max: 1, noNaN: true });

test('a stretch without events never brings a limit nearer to a fail', () => {
  fc.assert(
    fc.property(limit, fc.array(reading, { maxLength: 20 }), fc.nat(1000), (max, readings, total) => {
      const judging = judgingOf([errors({ max })], {}, risk);
      for (const tick of ticks('errors', ...readings)) judging.add(tick);
      const before = judging.kind();
      const quiet = Array.from({ length: 200 }, () => of(0, total));
      const { verdict } = judge(
        [errors({ max })],
        judging.state(),
        ticks('errors', ...readings, ...quiet),
        risk,
      );
      expect(verdict.kind === 'fail').toBe(before === 'fail');
    }),
  );
});

test('the state stays below a kilobyte, and comes through JSON as it is', () => {
  fc.assert(
    fc.property(limit, limit, fc.array(reading, { maxLength: 100 }), (max, min, readings) => {
      const criteria = [errors({ max, min })];
      const { state } = judge(criteria, {}, ticks('errors', ...readings), risk);
      const text = JSON.stringify(state);
      expect(text.length).toBeLessThan(1200);
      expect(JSON.parse(text) as JudgeState).toEqual(state);
    }),
  );
});
