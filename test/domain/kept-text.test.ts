import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptText } from '../../src/domain/kept-text.ts';

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
  expect(keptText('x'.repeat(5_000))).toBe(`${'x'.repeat(500)}… (cut, 5,000 characters)`);
  expect(keptText('x'.repeat(500))).toBe('x'.repeat(500));
  expect(keptText('\n'.repeat(3), 4)).toBe(String.raw`\n\n… (cut, 3 characters)`);
  expect(keptText('abc👩', 4)).toBe('abc… (cut, 5 characters)');
});

test('whatever is kept is short, printable and on one line', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.integer({ min: 10, max: 200 }),
      (text, most) => {
        const kept = keptText(text, most);
        expect(kept).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(kept.length).toBeLessThanOrEqual(most + 40);
      },
    ),
  );
});
