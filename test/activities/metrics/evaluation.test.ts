import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { query, type JSONValue } from 'json-p3';
import { describe, expect, test } from 'vitest';
import { NotEvaluated, valuesAt } from '../../../activities/metrics/http/evaluation.ts';
import { jsonPathProblem } from '../../../src/spec/json-path.ts';

const paths = [
  '$',
  '$.a',
  '$["a"].b[0]',
  '$[0][-1]',
  '$.*',
  '$[*].a',
  '$..a',
  '$..[0]',
  '$..*',
  '$.a[1:]',
  '$[::-1]',
  "$['a','b',0]",
  "$..['a','b']",
  '$[?@.a]',
  '$.a[?@.b == 1]',
  '$..[?@.a == $.b || length(@) > 1]',
  "$[?!(@.a < 2) && value(@.b) != 'x'].a",
];

const key = fc.constantFrom('a', 'b', 'c');
const { document } = fc.letrec<{ document: JSONValue }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(0, 1, 2, 'x', true, null),
    fc.array(tie('document'), { maxLength: 4 }),
    fc.dictionary(key, tie('document'), { maxKeys: 3 }),
  ),
}));

test.each(paths)('%s gives what RFC 9535 says', async (path) => {
  expect(jsonPathProblem(path)).toBeNull();
  await fc.assert(
    fc.asyncProperty(document, async (value) => {
      const expected = query(path, value).values();
      const sorted = (values: JSONValue[]) => values.map((one) => JSON.stringify(one)).sort();
      expect(sorted(await valuesAt(path, value))).toEqual(sorted(expected));
    }),
    { numRuns: 30 },
  );
});

test('a path that an earlier version took and this one does not is not evaluated', async () => {
  const slow = valuesAt("$[?match(@, '(a*)*b')]", ['a'.repeat(40)]);
  await expect(slow).rejects.toThrow(NotEvaluated);
  await expect(slow).rejects.toThrow('without match() and search()');
});

describe('what is large', () => {
  const many = Array.from({ length: 250_000 }, (_, at) => ({ a: at }));
  const deep = JSON.parse('['.repeat(10_000) + '1' + ']'.repeat(10_000)) as JSONValue;

  test('is given up after its time, and holds up nothing else meanwhile', async () => {
    const filters = Array.from({ length: 12 }, () => '@.a == $.x').join(' || ');
    const asked = Array.from({ length: 2 }, () => valuesAt(`$..[?${filters}]`, many as JSONValue));
    let running = asked.length;
    for (const one of asked)
      one.then(
        () => running--,
        () => running--,
      );
    const quick = valuesAt('$[?@.a == 1].a', [{ a: 1 }]);
    let longest = 0;
    for (let last = performance.now(); running > 0;) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (running === asked.length) await expect(quick).resolves.toEqual([1]);
    }
    for (const one of asked) await expect(one).rejects.toThrow(NotEvaluated);
    expect(longest).toBeLessThan(500);
  });

  test('is read where the path says what is wanted', async () => {
    await expect(valuesAt('$[249999].a', many as JSONValue)).resolves.toEqual([249_999]);
    await expect(valuesAt('$..a', deep)).resolves.toEqual([]);
  });
});
