/** JSON that would hold up the worker's thread while it is parsed, though it has not many bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tooMuchJson } from '../../activities/json-bounds.ts';

function many(count: number, make: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => make(at)).join(',');
}

test.each([
  ['100 levels', '['.repeat(100) + ']'.repeat(100)],
  ['100 levels again and again', `[${many(1_000, () => `${'['.repeat(99)}${']'.repeat(99)}`)}]`],
  ['a look of 2,000 series', JSON.stringify(series(2_000, 60))],
  ['a long text', JSON.stringify('[{,:"'.repeat(200_000))],
  ['a text that ends in a backslash', JSON.stringify(['\\', '['.repeat(200)])],
  ['no JSON at all', '<html>'.repeat(100_000)],
  ['half a text', '"[[['],
  ['nothing', ''],
])('%s is parsed', (_, text) => {
  expect(tooMuchJson(text)).toBeNull();
});

test.each([
  ['lists in one another', '['.repeat(101), 'nested more than 100 levels deep'],
  ['objects in one another', '{"a":'.repeat(101), 'nested more than 100 levels deep'],
  ['numbers', `[${many(500_001, () => '0')}]`, 'of more than 500,000 values'],
  ['empty lists', `[${many(400_000, () => '[]')}]`, 'of more than 500,000 values'],
  ['keys of one object', `{${many(100_001, (at) => `"${String(at)}":0`)}}`, 'of more than 100,000 keys'],
  ['objects with a key each', many(100_001, (at) => `{"${String(at)}":0}`), 'of more than 100,000 keys'],
])('too many %s are not', (_, text, why) => {
  expect(tooMuchJson(text)).toBe(why);
});

test('whatever is in a text counts for nothing', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ',', ':', 'a'), maxLength: 400 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      expect(tooMuchJson(JSON.stringify(texts))).toBeNull();
    }),
  );
});

function series(count: number, samples: number): unknown {
  const values = Array.from({ length: samples }, (_, at) => [at, String(at)]);
  return Array.from({ length: count }, (_, at) => ({ metric: { instance: String(at) }, values }));
}
