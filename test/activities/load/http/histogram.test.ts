import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../../../activities/load/http/histogram.ts';

const times = fc.array(fc.double({ min: 0.05, max: 12_000, noNaN: true }), { minLength: 1, maxLength: 400 });

function latencyOf(all: number[], soFar?: ReturnType<Histogram['latency']>) {
  const histogram = new Histogram(soFar);
  for (const one of all) histogram.add(one);
  return histogram.latency();
}

test('a percentile is never too low and at most 2% too high', () => {
  fc.assert(
    fc.property(times, fc.constantFrom(50, 90, 99), (all, percentile) => {
      const exact = all.toSorted((a, b) => a - b)[Math.ceil((all.length * percentile) / 100) - 1] ?? 0;
      const said = latencyOf(all)[`p${percentile}` as 'p50'];
      expect(said).toBeGreaterThanOrEqual(exact * 0.999_999);
      expect(said).toBeLessThanOrEqual(exact * 1.02 + 0.001);
    }),
  );
});

test('two parts, merged by way of JSON, are the whole', () => {
  fc.assert(
    fc.property(times, times, (first, second) => {
      const soFar = JSON.parse(JSON.stringify(latencyOf(first))) as ReturnType<Histogram['latency']>;
      expect(latencyOf(second, soFar)).toEqual(latencyOf([...first, ...second]));
    }),
    { examples: [[[8322.538000000002, 0.05], [0.05]]] },
  );
});

test('nothing is known of no requests', () => {
  expect(latencyOf([])).toEqual({ n: 0, p50: 0, p90: 0, p99: 0, max: 0, counts: {} });
});
