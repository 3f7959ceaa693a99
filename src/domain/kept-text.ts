import { number } from './judge/sentences.ts';

/** The most that is kept of a text from outside, in UTF-16 code units, unless its place has less. */
export const longestKept = 500;

/**
 * A text from outside as it may enter a rollout's state: control characters, line breaks, bidirectional controls and
 * halves of characters escaped as JSON does, and cut to `most` code units. What was cut is shown:
 * `… (cut, 5,000 characters)`, which comes on top of `most`.
 */
export function keptText(text: string, most = longestKept): string {
  const shown = escaped(text.slice(0, most + 1));
  if (text.length <= most && shown.length <= most) return shown;
  return `${whole(shown.slice(0, most))}… (cut, ${number(text.length)} characters)`;
}

// Controls, the line breaks of Unicode, what changes the direction of the text around it or shows nothing, and halves of
// characters.
const unprintable = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;

const short: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string): string {
  return text.replace(
    unprintable,
    (character) => short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Without half a character or half an escape at its end. */
function whole(text: string): string {
  return text.replace(/[\ud800-\udbff]$|\\u[0-9a-f]{0,3}$|\\$/, '');
}
