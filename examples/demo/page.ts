import logUpdate from 'log-update';
import pc from 'picocolors';
import { wrap } from '../../src/cli/view/text.ts';
import { duration } from '../../src/text/duration.ts';

const labelWidth = 12;
const clockWidth = 6;
const indent = clockWidth + 2 + labelWidth + 2;

/** What the demo shows: lines one after the other and, on a terminal, one below them that changes. */
export class Page {
  readonly #start = performance.now();

  /** Seconds since the demo began. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  heading(text: string): void {
    this.#write(['', pc.bold(text)]);
  }

  /** A line of a list without a clock. */
  row(label: string, text: string): void {
    this.#write(hanging(`${' '.repeat(clockWidth)}  ${label.padEnd(labelWidth)}  `, text));
  }

  /** Something that happened now; further texts go below the first. */
  event(label: string, ...texts: string[]): void {
    const [first = '', ...others] = texts;
    this.#write([
      ...hanging(`${pc.dim(this.#clock())}  ${pc.cyan(label.padEnd(labelWidth))}  `, first),
      ...others.flatMap((text) => hanging(' '.repeat(indent), text)),
    ]);
  }

  text(...lines: string[]): void {
    this.#write(lines);
  }

  /** What goes on; gone with the next line. */
  live(label: string, text: string): void {
    if (!process.stdout.isTTY) return;
    logUpdate(pc.dim(`${this.#clock()}  ${label.padEnd(labelWidth)}  ${text}`));
  }

  #clock(): string {
    return duration(Math.round(this.seconds) * 1000).padStart(clockWidth);
  }

  #write(lines: string[]): void {
    if (process.stdout.isTTY) logUpdate.clear();
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
}

/** Wrapped to the page, below the text's beginning; colours in `first` take no room. */
function hanging(first: string, text: string): string[] {
  const width = Math.min(process.stdout.columns || 110, 120);
  const [line = '', ...others] = wrap(text, Math.max(40, width - indent));
  return [first + line, ...others.map((other) => ' '.repeat(indent) + other)];
}
