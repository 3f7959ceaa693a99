import type { Colors } from './canvas.ts';
import { columns, padded } from './columns.ts';
import { cut } from './text.ts';

/**
 * Columns as wide as their widest cell, the headings dimmed; no blanks at the end of a line. Lines longer than `width` are
 * cut where the cells are anybody's: what the terminal itself would break looks like a row of its own.
 */
export function table(headings: string[], rows: string[][], colors: Colors, width = Infinity): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(columns(heading), ...rows.map((row) => columns(row[column] ?? ''))),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [colors.dim(line(headings)), ...rows.map((row) => cut(line(row), width))];
}
