import pc from 'picocolors';
import { visible, visibleJson } from '../text/visible.ts';
import type { Canvas } from './view/canvas.ts';

const widest = 120;

/** What standard output is at this moment: its width and whether it takes colours. */
export function canvas(): Canvas {
  return { width: Math.min(process.stdout.columns || 100, widest), colors: pc, now: Date.now() };
}

/** The colours that views use. */
const painted = new RegExp(String.raw`(\u001b\[(?:0|1|2|22|31|32|33|36|39)m)`);

/**
 * Lines as they may be written to a terminal: each is one line, and nothing in it is an instruction to the terminal but our
 * own colours. Whatever a view has left as it came is shown, so that it cannot pass for a line of ours.
 */
export function drawn(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .split(painted)
      .map((part, index) => (index % 2 === 0 ? visible(part) : part))
      .join(''),
  );
}

/** Writes data to standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write(textOf(lines));
}

/** Writes one JSON value, on one line, to standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(value)}\n`);
}

/** Writes to people, beside the data: to standard error. */
export function say(lines: readonly string[]): void {
  process.stderr.write(textOf(lines));
}

/** Writes one JSON value, on one line, beside the data. */
export function sayJson(value: unknown): void {
  process.stderr.write(`${visibleJson(value)}\n`);
}

function textOf(lines: readonly string[]): string {
  return drawn(lines)
    .map((line) => `${line}\n`)
    .join('');
}
