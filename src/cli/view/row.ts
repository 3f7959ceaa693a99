import type { Colors } from './canvas.ts';

/** Characters before the text of a row. */
export const indent = 12;

/** A line of a view: a dimmed name and a text; without a name it goes on with the row above. */
export function row(name: string, text: string, colors: Colors): string {
  return `  ${colors.dim(name.padEnd(indent - 3))} ${text}`;
}

/** A text in as many lines as it takes, each drawn with `paint`. */
export function rows(name: string, lines: readonly string[], colors: Colors, paint = plain): string[] {
  return lines.map((line, index) => row(index === 0 ? name : '', paint(line), colors));
}

function plain(text: string): string {
  return text;
}
