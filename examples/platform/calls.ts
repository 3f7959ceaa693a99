import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A call of the contract as it came, and how it was answered. */
export interface RecordedCall {
  /** ISO time at which it was answered. */
  at: string;
  method: string;
  /** The body of an effect, the query of a question. */
  asked: unknown;
  status: number;
  answer: unknown;
}

/** Every call, one JSON line each in a file, across restarts. */
export class Calls {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  record(call: RecordedCall): void {
    appendFileSync(this.#file, `${JSON.stringify(call)}\n`);
  }

  /** Oldest first. */
  all(): RecordedCall[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').trimEnd().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedCall);
  }
}
