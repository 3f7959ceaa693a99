import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFailed, rejected } from '../../../src/judge/sequential/closed-testing.ts';

const alpha = 0.01;
const evidence = fc.array(
  fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 5_000, noNaN: true })),
  {
    minLength: 1,
    maxLength: 7,
  },
);

test('rejects those of which every mean with others is enough, as the definition says', () => {
  fc.assert(
    fc.property(evidence, (all) => {
      const subsets = Array.from({ length: 2 ** all.length }, (_, bits) =>
        [...all.keys()].filter((at) => (bits >> at) & 1),
      );
      const byDefinition = [...all.keys()].filter((at) =>
        subsets
          .filter((subset) => subset.includes(at))
          .every((subset) => subset.reduce((sum, one) => sum + all[one]!, 0) / subset.length >= 1 / alpha),
      );
      expect(rejected(all, alpha)).toEqual(byDefinition);
    }),
    { numRuns: 500 },
  );
});

test('whatever is rejected, all together have failed; and more evidence rejects no less', () => {
  fc.assert(
    fc.property(evidence, fc.nat(), fc.double({ min: 0, max: 5_000, noNaN: true }), (all, which, more) => {
      const found = rejected(all, alpha);
      if (found.length > 0) expect(anyFailed(all, alpha)).toBe(true);
      const raised = all.map((one, at) => (at === which % all.length ? one + more : one));
      for (const at of found) expect(rejected(raised, alpha)).toContain(at);
    }),
    { numRuns: 500 },
  );
});

test('one metric alone needs 1/α, one of ten what the others leave to it, and none fails without any', () => {
  expect(rejected([100], alpha)).toEqual([0]);
  expect(rejected([99], alpha)).toEqual([]);
  const others = Array<number>(9).fill(1);
  expect(rejected([991, ...others], alpha)).toEqual([0]);
  expect(rejected([990, ...others], alpha)).toEqual([]);
  expect(anyFailed([], alpha)).toBe(false);
});
