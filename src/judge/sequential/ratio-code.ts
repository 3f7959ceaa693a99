import type { RatioTest } from './ratio-test.ts';

/** What the counts so far say about each ratio of a test; one row each. */
export interface RatioEvidence {
  /** Logarithms of the likelihoods, relative to that of `failAbove`. */
  logs: Float64Array;
  /** How each likelihood is spread over the places of the wander: shares that add up to 1, row by row. */
  shares: Float64Array;
}

/** A row as it is written: whole numbers. */
interface Row {
  log: number;
  /** How far the logarithm of each place lies below that of the row's greatest. */
  below: number[];
}

/** Every printable character that JSON writes as it is. */
const digits = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))
  .filter((character) => !'"\\'.includes(character))
  .join('');
/** Characters for a row's logarithm, for which place is its greatest, and for how far each other one lies below it. */
const widths = { log: 4, greatest: 1, below: 2 };
/** To a unit of a logarithm; powers of two, so that what was rounded once stays as it is. */
const steps = { log: 2 ** 16, below: 2 ** 8 };
/** Logarithms of rows go this far in either direction; those of places stop before `none`, which stands for a share of 0. */
const most = 500;
const none = digits.length ** widths.below - 1;

/**
 * What is left of the evidence once it is written, so that the same ticks give the same state in any batches. However
 * often it happens, rounding never raises the evidence for harm or for a pass: what shows them is rounded down, and what
 * that is divided by is rounded up.
 */
export function rounded(test: RatioTest, evidence: RatioEvidence): RatioEvidence {
  return decoded(test, encoded(test, evidence));
}

/** For the state. The logarithm of `failAbove` is always 0, and is left out. */
export function writeEvidence(test: RatioTest, evidence: RatioEvidence): string {
  return encoded(test, evidence)
    .flatMap(({ log, below }, row) => {
      const greatest = below.indexOf(0);
      return [
        row === test.at.failAbove ? '' : letters(log + most * steps.log, widths.log),
        below.length === 1 ? '' : letters(greatest, widths.greatest),
        ...below.filter((_, place) => place !== greatest).map((code) => letters(code, widths.below)),
      ];
    })
    .join('');
}

/** As written, by this version or an earlier one; null if it was written for a test of another shape. */
export function readEvidence(test: RatioTest, text: string): RatioEvidence | null {
  const { places, rows } = shapeOf(test);
  const ofPlaces = places === 1 ? 0 : widths.greatest + (places - 1) * widths.below;
  if (text.length !== rows * (widths.log + ofPlaces) - widths.log) return readEarlier(test, text);
  let at = 0;
  const next = (width: number): number => codeAt(text, (at += width) - width, width, digits);
  return decoded(
    test,
    Array.from({ length: rows }, (_, row): Row => {
      const log = row === test.at.failAbove ? 0 : next(widths.log) - most * steps.log;
      const greatest = places === 1 ? 0 : next(widths.greatest);
      const below = Array.from({ length: places }, (__, place) =>
        place === greatest ? 0 : next(widths.below),
      );
      return { log, below };
    }),
  );
}

/** How evidence was written at first: by rollouts that may still be running. */
const earlier = {
  digits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  /** The logarithm is that of the row's greatest place. */
  widths: { log: 3, below: 2 },
  steps: { log: 2 ** 8, below: 2 ** 7 },
  none: 64 ** 2 - 1,
};

function readEarlier(test: RatioTest, text: string): RatioEvidence | null {
  const { places, rows } = shapeOf(test);
  const { log: first, below: each } = earlier.widths;
  const width = first + (places === 1 ? 0 : places * each);
  if (text.length !== rows * width) return null;
  const partAt = (row: number, place: number): number => {
    if (places === 1) return 1;
    const code = codeAt(text, row * width + first + place * each, each, earlier.digits);
    return code === earlier.none ? 0 : Math.exp(-code / earlier.steps.below);
  };
  const parts = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: places }, (__, place) => partAt(row, place)),
  );
  const logs = parts.map((row, at) => {
    const greatest = codeAt(text, at * width, first, earlier.digits) / earlier.steps.log - most;
    return greatest + Math.log(sum(row));
  });
  const unit = logs[test.at.failAbove] ?? 0;
  return rounded(test, {
    logs: Float64Array.from(logs, (log) => log - unit),
    shares: Float64Array.from(parts.flat()),
  });
}

function encoded(test: RatioTest, { logs, shares }: RatioEvidence): Row[] {
  const { places } = shapeOf(test);
  return Array.from(logs, (log, row) => {
    const code = Math.max(-most, Math.min(most, log)) * steps.log;
    const own = shares.subarray(row * places, (row + 1) * places);
    const greatest = Math.max(...own);
    return {
      log: row === test.at.passBelow ? Math.ceil(code) : Math.floor(code),
      below: Array.from(own, (share) => Math.min(none, Math.round(Math.log(greatest / share) * steps.below))),
    };
  });
}

function decoded(test: RatioTest, rows: readonly Row[]): RatioEvidence {
  const { places } = shapeOf(test);
  const shares = new Float64Array(rows.length * places);
  for (const [row, { below }] of rows.entries()) {
    const parts = below.map((code) => (code === none ? 0 : Math.exp(-code / steps.below)));
    const whole = sum(parts);
    shares.set(
      parts.map((part) => part / whole),
      row * places,
    );
  }
  return { logs: Float64Array.from(rows, ({ log }) => log / steps.log), shares };
}

function shapeOf({ chain, steady, harm }: RatioTest): { places: number; rows: number } {
  return { places: chain.factors.length, rows: steady.length + harm.length };
}

function sum(values: readonly number[]): number {
  return values.reduce((so, one) => so + one, 0);
}

function letters(code: number, width: number): string {
  const base = digits.length;
  return Array.from({ length: width }, (_, at) => digits[Math.floor(code / base ** at) % base]).join('');
}

function codeAt(text: string, from: number, width: number, alphabet: string): number {
  return sum(
    Array.from(
      { length: width },
      (_, at) => alphabet.indexOf(text.charAt(from + at)) * alphabet.length ** at,
    ),
  );
}
