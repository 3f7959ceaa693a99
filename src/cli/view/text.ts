import { visible } from '../../text/visible.ts';
import { beginning, columns } from './columns.ts';

/**
 * Breaks a text between words into lines of at most `width` columns, and a word that is longer where the line ends: what
 * the terminal itself would break begins at its edge, where it looks like a line of ours. A line break in the text is shown.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of visible(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && columns(last) + 1 + columns(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...broken(word, width));
  }
  return lines;
}

/** Columns by which the later lines of a text are indented. */
const hang = 4;

/** The same, for one of several texts below each other: all lines but its first are indented, so that none looks like another text. */
export function hanging(text: string, width: number): string[] {
  return wrap(text, width - hang).map((line, index) => (index === 0 ? line : ' '.repeat(hang) + line));
}

function broken(word: string, width: number): string[] {
  const parts: string[] = [];
  let rest = word;
  while (columns(rest) > width && rest !== '') {
    const part = beginning(rest, width);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return rest === '' && parts.length > 0 ? parts : [...parts, rest];
}

/** A text with a full stop at its end. */
export function stopped(text: string): string {
  const trimmed = text.trim();
  return /[.!?:]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** A text as a sentence: a capital at its beginning too. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return stopped(trimmed.charAt(0).toUpperCase() + trimmed.slice(1));
}

/** A line of at most `width` columns. */
export function cut(text: string, width: number): string {
  const line = visible(text);
  return columns(line) <= width ? line : `${width > 1 ? beginning(line, width - 1) : ''}…`;
}
