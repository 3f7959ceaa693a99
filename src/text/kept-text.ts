import { number } from './number.ts';
import { beginning } from './bytes.ts';

/** The most that is kept of a text from outside, unless its place has less, in bytes as JSON. */
export const longestKept = 1_000;

/**
 * A text from outside as it may enter a rollout's state: control characters, line breaks, bidirectional controls and
 * halves of characters escaped as JSON does, and cut to `most` bytes as JSON, which is how it is stored. What was cut is
 * shown: `… (cut, 5,000 characters)`, which comes on top of `most`.
 */
export function keptText(text: string, most = longestKept): string {
  // Each code unit takes at least a byte, so what comes after `most` of them is cut in any case.
  const shown = escaped(text.slice(0, most + 1));
  const kept = beginning(shown, most);
  if (kept === shown && text.length <= most) return shown;
  return `${whole(kept)}… (cut, ${number(text.length)} characters)`;
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

/** Without half an escape at its end. */
function whole(text: string): string {
  return text.replace(/\\u[0-9a-f]{0,3}$|\\$/, '');
}
