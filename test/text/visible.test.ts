/** Text from outside, as people may see it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleIn, visibleJson } from '../../src/text/visible.ts';

const forging =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u3164]/u;

test.each([
  ['a line of its own', 'ok\nfake: approved', String.raw`ok\nfake: approved`],
  ['a carriage return', 'ok\rgone', String.raw`ok\rgone`],
  ['an ANSI sequence', '\u001b[2Jgone', String.raw`\u001b[2Jgone`],
  ['a C1 control that is an ANSI sequence of its own', '\u009b31m', String.raw`\u009b31m`],
  ['an operating system command', '\u001b]0;title\u0007', String.raw`\u001b]0;title\u0007`],
  ['separators of Unicode', 'a\u0085b\u2028c\u2029d', String.raw`a\u0085b\u2028c\u2029d`],
  ['an override of direction', '1.0\u202e0.2', String.raw`1.0\u202e0.2`],
  ['isolates', '\u2066a\u2069', String.raw`\u2066a\u2069`],
  ['nothing to see', 'a\u200bb\u00adc\u2060d\ufeffe', String.raw`a\u200bb\u00adc\u2060d\ufeffe`],
  ['fillers that look blank', '\u3164\uffa0\u2800', String.raw`\u3164\uffa0\u2800`],
  ['tags', 'a\u{e0041}', String.raw`a\u{e0041}`],
  ['a joiner between letters that do not join', 'a\u200db\u200cc', String.raw`a\u200db\u200cc`],
  ['a variation of a digit', '1\ufe0f.0', String.raw`1\ufe0f.0`],
  ['half a character', 'a\ud83d', String.raw`a\ud83d`],
  ['marks that reach into other lines', `a${'\u0301'.repeat(6)}`, `a${'\u0301'.repeat(4)}\\u0301\\u0301`],
])('shows %s', (_, text, seen) => {
  expect(visible(text)).toBe(seen);
});

test.each([
  ['2.4.0-rc.1+build_7'],
  ['Zoë, 日本語, עברית, عربي, ไทย'],
  ['می‌خواهم'],
  ['👩‍💻 🏳️‍🌈 👍🏽 1️⃣ ⚠️'],
  ['葛\u{e0100}城'],
  ['1\u00a0000\u202f%'],
  [String.raw`C:\new "quoted" \u202e`],
])('leaves %j as it is', (text) => {
  expect(visible(text)).toBe(text);
});

test('whatever comes, it hides nothing and stays on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(visible(text)).not.toMatch(forging);
    }),
  );
});

test('every character that hides something is shown, wherever it stands', () => {
  const nasty = fc.constantFrom('\n', '\u001b', '\u0085', '\u2028', '\u202e', '\u2067', '\u200b', '\ufeff');
  fc.assert(
    fc.property(
      fc.string({ unit: fc.oneof(nasty, fc.constantFrom('a', 'é', '👩', '\u0301', 'م')) }),
      (text) => {
        expect(visible(text)).not.toMatch(forging);
      },
    ),
  );
});

test('printable ASCII stays as it is', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => visible(text) === text));
});

test('JSON keeps its meaning and hides nothing', () => {
  const value = fc.jsonValue({ stringUnit: 'binary' });
  fc.assert(
    fc.property(value, (value) => {
      const text = visibleJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text).not.toMatch(forging);
    }),
  );
});

test('every text of a value is shown, however deep', () => {
  const value = { name: 'a\nb', list: ['\u202e', { deep: '\u001b[1m' }], count: 1, none: null };
  expect(visibleIn(value)).toEqual({
    name: String.raw`a\nb`,
    list: [String.raw`\u202e`, { deep: String.raw`\u001b[1m` }],
    count: 1,
    none: null,
  });
});
