import { number } from '../src/text/number.ts';
import { answerLimits } from './answer-limits.ts';

/**
 * Why a JSON text is not parsed, as the rest of a sentence; null where it may be. `JSON.parse` holds up the thread, for as
 * long as a text has values rather than bytes: within the limits it takes about a tenth of a second.
 */
export function tooMuchJson(text: string): string | null {
  let depth = 0;
  let values = 1;
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfText(text, at);
        break;
      case openBracket:
      case openBrace:
        depth += 1;
        values += 1;
        if (depth > answerLimits.depth) return `nested more than ${String(answerLimits.depth)} levels deep`;
        break;
      case closeBracket:
      case closeBrace:
        depth -= 1;
        break;
      case comma:
        values += 1;
        break;
      case colon:
        keys += 1;
    }
  }
  if (values > answerLimits.values) return `of more than ${number(answerLimits.values)} values`;
  return keys > answerLimits.keys ? `of more than ${number(answerLimits.keys)} keys` : null;
}

/** Where the text ends that begins there. */
function endOfText(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === backslash) at += 1;
    else if (character === quote) return at;
  }
  return json.length;
}

const [quote, backslash, openBracket, openBrace, closeBracket, closeBrace, comma, colon] = Array.from(
  '"\\[{]},:',
  (character) => character.charCodeAt(0),
);
