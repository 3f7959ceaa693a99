import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mixOf } from '../../../../activities/load/http/mix.ts';

test('three to one is three to one, in any volleys', () => {
  const mix = mixOf([3, 1]);
  expect([mix(1), mix(2), mix(1), mix(4), mix(0)]).toEqual([
    [1, 0],
    [1, 1],
    [1, 0],
    [3, 1],
    [0, 0],
  ]);
});

test('at any time each kind has had its share, to one request', () => {
  const share = fc.double({ min: 0.01, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(share, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(30), { maxLength: 20 }),
      (shares, volleys) => {
        const mix = mixOf(shares);
        const whole = shares.reduce((sum, one) => sum + one, 0);
        const sent = shares.map(() => 0);
        for (const amount of volleys) {
          const kinds = mix(amount);
          expect(kinds.reduce((sum, one) => sum + one, 0)).toBe(amount);
          kinds.forEach((count, kind) => (sent[kind] = (sent[kind] ?? 0) + count));
          const all = sent.reduce((sum, one) => sum + one, 0);
          sent.forEach((count, kind) => {
            expect(Math.abs(count - ((shares[kind] ?? 0) / whole) * all)).toBeLessThan(shares.length);
          });
        }
      },
    ),
  );
});
