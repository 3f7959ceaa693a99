import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reading, Tick } from '../../src/judge/samples.ts';
import { packTicks, rowWindow, unpackTicks } from '../../src/domain/ticks.ts';

const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.record({ events: fc.nat(), total: fc.nat() }),
  fc.record({ status: fc.string() }),
  fc.record({ value: fc.double({ noNaN: true, noDefaultInfinity: true }), n: fc.nat() }),
  fc.record({ bounds: fc.array(fc.nat(2), { maxLength: 2 }), below: fc.array(fc.nat(3)), total: fc.nat() }),
  fc.record({ missing: fc.constantFrom('no answer', 'a timeout') }),
);

test('ticks that went through history are the ticks that were gathered', () => {
  const cells = fc.array(fc.record({ canary: reading, stable: reading, alone: reading }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 1e6 }), (row, every) => {
      const ticks: Tick[] = row.map(({ canary, stable, alone }, at) => ({
        window: { from: 1000 + at * every, to: 1000 + (at + 1) * every },
        metrics: { compared: { canary, stable }, absolute: { canary: alone } },
      }));
      const packed = JSON.parse(JSON.stringify(packTicks(ticks))) as ReturnType<typeof packTicks>;
      expect(unpackTicks(packed)).toEqual(JSON.parse(JSON.stringify(ticks)));
      expect(rowWindow(packed)).toEqual({ from: 1000, to: 1000 + every * ticks.length });
    }),
  );
});
