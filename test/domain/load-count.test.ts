import { expect, test } from 'vitest';
import { countLoad, type LoadCheck } from '../../src/domain/load-count.ts';
import type { Reading, Tick } from '../../src/judge/samples.ts';

function ticks(count: number, readings: { canary: Reading; stable?: Reading }): Tick[] {
  return Array.from({ length: count }, (_, at) => ({
    window: { from: at * 10_000, to: (at + 1) * 10_000 },
    metrics: { errors: readings },
  }));
}

const rate = (total: number): Reading => ({ events: 0, total });
const check = (sent: number | null): LoadCheck => ({
  before: null,
  sent,
  shares: { canary: 0.05, stable: 0.95 },
});

test('numbers that leave out what the load sent are not believed, and it is said why', () => {
  const seen = ticks(60, { canary: rate(1), stable: rate(13) });
  const { contradiction } = countLoad(check(1200), seen);
  expect(contradiction).toBe(
    'the load had 1,200 good answers where errors counts, which counted 840 requests of all users: what it asks for leaves some out. If it is meant to, say counted: false in load',
  );
});

test.each<[what: string, seen: Tick[], sent: number | null]>([
  ['that count the load and users besides', ticks(60, { canary: rate(5), stable: rate(95) }), 3000],
  ['that count nine tenths', ticks(60, { canary: rate(1), stable: rate(18) }), 1200],
  ['of the canary alone, with its share', ticks(60, { canary: rate(1) }), 1200],
  ['of a tick that was not measured', ticks(60, { canary: { missing: 'no answer' }, stable: rate(1) }), 1200],
  ['that count nothing', ticks(60, { canary: { status: 'ok' } }), 1200],
  ['of a load that did not run to its end', ticks(60, { canary: rate(0), stable: rate(0) }), null],
  ['that one scrape may have missed', ticks(3, { canary: rate(0), stable: rate(6) }), 30],
])('numbers are believed %s', (_, seen, sent) => {
  expect(countLoad(check(sent), seen).contradiction).toBeNull();
});

test('what a metric counts is held against all that was sent in a step', () => {
  const first = countLoad(check(1200), ticks(60, { canary: rate(1), stable: rate(13) }));
  const mended = { ...check(12_000), before: first };
  const after = countLoad(mended, ticks(600, { canary: rate(1), stable: rate(19) }));
  expect(after.contradiction).toBeNull();
  const cut = countLoad({ ...mended, sent: null }, ticks(1, { canary: rate(1), stable: rate(19) }));
  expect(cut.contradiction).toBe(first.contradiction);
});

test('one metric that has counted it all is enough', () => {
  const both = ticks(60, { canary: rate(1), stable: rate(19) }).map((tick) => ({
    ...tick,
    metrics: { ...tick.metrics, orders: { canary: rate(0), stable: rate(1) } },
  }));
  expect(countLoad(check(1200), both).contradiction).toBeNull();
});
