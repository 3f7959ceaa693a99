import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptText } from '../../src/text/kept-text.ts';
import { beginning, bytesOf } from '../../src/text/bytes.ts';

test.each([
  ['looks odd', 'looks odd'],
  ['', ''],
  ['Zoë 日本語 👩‍💻', 'Zoë 日本語 👩‍💻'],
  ['one\ntwo\r\n\tthree', String.raw`one\ntwo\r\n\tthree`],
  ['\u001b[2Jgone', String.raw`\u001b[2Jgone`],
  ['a\u202eb\u2066c\u200fd', String.raw`a\u202eb\u2066c\u200fd`],
  ['\u0000\u009b\u2028\ufeff', String.raw`\u0000\u009b\u2028\ufeff`],
  ['half \ud83d', String.raw`half \ud83d`],
])('%j is kept as %j', (text, kept) => {
  expect(keptText(text)).toBe(kept);
});

test('what is cut is shown, with the length that it had', () => {
  expect(keptText('x'.repeat(5_000))).toBe(`${'x'.repeat(1_000)}… (cut, 5,000 characters)`);
  expect(keptText('x'.repeat(1_000))).toBe('x'.repeat(1_000));
  expect(keptText('abc👩', 4)).toBe('abc… (cut, 5 characters)');
});

test.each([
  ['letters', 'x', 12],
  ['quotes, which JSON escapes', '"', 6],
  ['letters of three bytes', '日', 4],
  ['letters of four bytes', '😀', 3],
  ['line breaks, whose escape JSON escapes again', '\n', 4],
  ['a control character', '\u0001', 1],
])('of %s as many are kept as fit, stored as JSON in UTF-8', (_, character, fit) => {
  const length = (100 * character.length).toString();
  const escape = { '\n': String.raw`\n`, '\u0001': String.raw`\u0001` }[character] ?? character;
  expect(keptText(character.repeat(100), 12)).toBe(`${escape.repeat(fit)}… (cut, ${length} characters)`);
});

test('whatever is kept is short, printable and on one line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 10, max: 200 }),
      (text, most) => {
        const kept = keptText(text, most);
        expect(kept).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(bytesOf(kept) - 2).toBeLessThanOrEqual(most + 40);
        expect(keptText(kept, most + 40)).toBe(kept);
      },
    ),
  );
});

test('the beginning of a text is the longest that fits, and halves no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(100), (text, most) => {
      const kept = beginning(text, most);
      const [next = ''] = text.slice(kept.length);
      expect(text.startsWith(kept)).toBe(true);
      expect(bytesOf(kept) - 2).toBeLessThanOrEqual(most);
      if (kept !== text) expect(bytesOf(kept + next) - 2).toBeGreaterThan(most);
      if (!/\p{Cs}/u.test(text)) expect(kept).not.toMatch(/\p{Cs}/u);
    }),
  );
});
