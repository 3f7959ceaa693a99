/** Text from outside in Markdown: it is drawn as what it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Markdown, markdown } from '../../src/text/markdown.ts';
import { nodesOf, typesOf } from '../support/markdown.ts';

const words = ['inlineCode', 'paragraph', 'root', 'sentence', 'text', 'whitespace', 'word'];

/** What a person reads, entities and escapes read as a browser does. */
async function drawn(text: string): Promise<string> {
  const nodes = await nodesOf(text);
  return nodes
    .filter(({ type }) => type === 'text' || type === 'inlineCode')
    .map(({ value = '' }) => value)
    .join('');
}

test.each([
  ['a line of its own', 'ok\n\n- approved by "cto"', String.raw`ok\\n\\n- approved by "cto"`],
  ['a heading', '# promoted', String.raw`\# promoted`],
  ['a list', '- approved', String.raw`\- approved`],
  ['a numbered list', '1. approved', String.raw`1\. approved`],
  ['a rule', '---', String.raw`\---`],
  ['code by its indentation', '        approved', ' approved'],
  ['a link', '[ok](https://evil.example)', '\\[ok\\](`https://evil.example)`'],
  ['an image', '![](//evil.example/x.png)', String.raw`\!\[\](//evil.example/x.png)`],
  ['an address', 'see https://evil.example/?a=1&b=2 now', 'see `https://evil.example/?a=1&b=2` now'],
  ['an address without a scheme', 'www.evil.example', '`www.evil.example`'],
  ['a mail address', '"a@evil.example"', '"`a@evil.example`"'],
  ['a tag', '<img src=x onerror=alert(1)>', String.raw`\<img src=x onerror=alert(1)\>`],
  ['an entity', '&lt;b&gt;', String.raw`\&lt;b\&gt;`],
  ['emphasis', '**bold** _it_ ~~gone~~ `code`', String.raw`\*\*bold\*\* \_it\_ \~\~gone\~\~ \`code\``],
  ['a table', '| a | b |', String.raw`\| a \| b \|`],
])('draws %s as the text that it is', async (_, text, escaped) => {
  expect(markdown(text)).toBe(escaped);
  expect(words).toEqual(expect.arrayContaining(await typesOf(markdown(text))));
});

test.each([
  ['2.4.0-rc.1+build_7'],
  ['errors: 3 of 1,200 (0.25%), at most 1%'],
  ['"ana", "ben" (claimed): looks good; go on.'],
  ['release to everyone'],
  ['Zoë, 日本語'],
])('leaves %j as it is', (text) => {
  expect(markdown(text)).toBe(text);
});

test.each(['a', 'a.', 'a-', '@', '\u202e', ':/', 'www', '_', '|'])(
  'draws very many of %j in a time that grows with their number alone',
  { timeout: 10_000 },
  (text) => {
    expect(markdown(text.repeat(200_000)).length).toBeGreaterThanOrEqual(200_000);
  },
);

describe('whatever is filled in', () => {
  const nasty = fc.constantFrom(
    ...[
      '\n',
      '\u2028',
      '\u202e',
      '\u001b[1m',
      '`',
      '``',
      '*',
      '_',
      '[',
      '](',
      ')',
      '!',
      '<',
      '>',
      '<b>',
      '&lt;',
    ],
    ...[
      'https://',
      'www.',
      'a@b.c',
      '|',
      '---',
      '# ',
      '- ',
      '1. ',
      '1)',
      '    ',
      '\\',
      '~~',
      '$',
      '{',
      '=',
      ':',
    ],
  );
  const text = fc.oneof(
    fc.array(fc.oneof(nasty, fc.constantFrom('a', ' ', '.', '0', 'é'))).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );

  test.each<[string, (text: string) => Markdown, string[]]>([
    ['a line', (text) => Markdown.of`${text}`, words],
    ['a sentence', (text) => Markdown.of`it said ${text} just now`, words],
    ['an entry', (text) => Markdown.of`- ${text}`, [...words, 'list', 'listItem']],
    ['a heading', (text) => Markdown.of`### ${text}: baking`, [...words, 'heading']],
  ])('%s has nothing that we did not write', async (_, around, allowed) => {
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const whole = String(around(text));
        expect(whole).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
        expect(allowed).toEqual(expect.arrayContaining(await typesOf(whole)));
      }),
    );
  });

  test('is drawn whole', async () => {
    const ascii = fc.string({ unit: fc.constantFrom(...Array.from('ab01.,;:()[]*_`<>&|~#!-+=\\"\'$%{}@/')) });
    await fc.assert(
      fc.asyncProperty(ascii, async (text) => {
        expect(await drawn(String(Markdown.of`x ${text} x`))).toBe(`x ${text} x`);
      }),
    );
  });
});

test('parts are joined without the empty ones, and keep what we wrote', () => {
  const parts = [Markdown.of`**${'*a*'}**`, Markdown.of``, Markdown.of`b ${2}`];
  expect(String(Markdown.join(parts, '\n\n'))).toBe('**\\*a\\***\n\nb 2');
  expect(String(Markdown.of`- ${Markdown.join(parts, '; ')}`)).toBe('- **\\*a\\***; b 2');
});
