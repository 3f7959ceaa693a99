import type { Colors } from './canvas.ts';

/** Columns as wide as their widest cell, the headings dimmed; no blanks at the end of a line. */
export function table(headings: string[], rows: string[][], colors: Colors): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [colors.dim(line(headings)), ...rows.map(line)];
}
