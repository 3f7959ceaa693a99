import pc from 'picocolors';
import type { Canvas } from './view/canvas.ts';

const widest = 120;

/** What standard output is at this moment: its width and whether it takes colours. */
export function canvas(): Canvas {
  return { width: Math.min(process.stdout.columns || 100, widest), colors: pc, now: Date.now() };
}

/** Writes data to standard output. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Writes one JSON value, on one line, to standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes to people, beside the data: to standard error. */
export function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}
