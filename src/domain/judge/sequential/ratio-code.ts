import type { RatioTest } from './ratio-test.ts';

/** Each row as the code of its greatest likelihood, and how far below it each place is; whole numbers. */
interface Row {
  greatest: number;
  below: number[];
}

/** Of the logarithms of likelihoods, steps to a unit; what rounding adds over a day stays below 0.1. */
const greatestSteps = 256;
const belowSteps = 128;
/** The greatest likelihoods that are told apart lie within so many units of that of `failAbove`. */
const most = 500;
/** Six bits a character: three of them for the greatest, two for each place. */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const widths = { greatest: 3, below: 2 };
/** Stands for 0. */
const none = 64 ** widths.below - 1;

/** What is left of some likelihoods when they are written: the same ticks then give the same state, in any batches. */
export function rounded(test: RatioTest, evidence: Float64Array): Float64Array {
  return decoded(test, encoded(test, evidence));
}

/** For the state. */
export function writeEvidence(test: RatioTest, evidence: Float64Array): string {
  const written = placesWritten(test);
  return encoded(test, evidence)
    .map(({ greatest, below }) =>
      [
        letters(greatest + most * greatestSteps, widths.greatest),
        ...below.slice(0, written).map((code) => letters(code, widths.below)),
      ].join(''),
    )
    .join('');
}

/** As written; null if it was written for a test of another shape. */
export function readEvidence(test: RatioTest, text: string): Float64Array | null {
  const written = placesWritten(test);
  const width = widths.greatest + written * widths.below;
  const rows = test.steady.length + test.harm.length;
  if (text.length !== rows * width) return null;
  const codes = Array.from({ length: rows }, (_, row): Row => {
    const from = row * width;
    const place = (at: number): number =>
      code(text, from + widths.greatest + at * widths.below, widths.below);
    return {
      greatest: code(text, from, widths.greatest) - most * greatestSteps,
      below: written === 0 ? [0] : Array.from({ length: written }, (__, at) => place(at)),
    };
  });
  return decoded(test, codes);
}

/** A place that is alone is the greatest itself. */
function placesWritten(test: RatioTest): number {
  const places = placesOf(test);
  return places === 1 ? 0 : places;
}

function encoded(test: RatioTest, evidence: Float64Array): Row[] {
  const size = placesOf(test);
  return Array.from({ length: evidence.length / size }, (_, row) => {
    const likelihoods = [...evidence.subarray(row * size, (row + 1) * size)];
    const greatest = Math.max(...likelihoods);
    return {
      greatest: Math.round(Math.max(-most, Math.min(most, Math.log(greatest))) * greatestSteps),
      below: likelihoods.map((one) =>
        greatest === 0 ? none : Math.min(none, Math.round(Math.log(greatest / one) * belowSteps)),
      ),
    };
  });
}

function decoded(test: RatioTest, rows: readonly Row[]): Float64Array {
  const evidence = new Float64Array(rows.length * placesOf(test));
  for (const [row, { greatest, below }] of rows.entries()) {
    for (const [place, code] of below.entries()) {
      evidence[row * below.length + place] =
        code === none ? 0 : Math.exp(greatest / greatestSteps - code / belowSteps);
    }
  }
  return evidence;
}

function placesOf({ chain }: RatioTest): number {
  return chain.factors.length;
}

function letters(code: number, width: number): string {
  return Array.from({ length: width }, (_, at) => digits[Math.floor(code / 64 ** at) % 64]).join('');
}

function code(text: string, from: number, width: number): number {
  return Array.from({ length: width }, (_, at) => digits.indexOf(text.charAt(from + at)) * 64 ** at).reduce(
    (sum, digit) => sum + digit,
    0,
  );
}
