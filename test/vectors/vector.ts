/** One reference value of a vector file. */
export interface Vector {
  /** Here, or in `params`; else it is a metric to classify (`params.classifier`) or a whole judgement. */
  fn?: string;
  name: string;
  suite?: string;
  params: Record<string, unknown>;
  expected: Record<string, unknown>;
  [key: string]: unknown;
}

/** Runs one vector and says each thing that is not as expected. */
export type Adapter = (vector: Vector) => string[];

/** What is not as expected of one value: numbers may differ by `tolerance`, absolute or, from 1 on, relative. */
export function differences(what: string, found: unknown, expected: unknown, tolerance = 0): string[] {
  return agrees(found, expected, tolerance)
    ? []
    : [`${what}: found ${text(found)}, expected ${text(expected)}`];
}

function agrees(found: unknown, expected: unknown, tolerance: number): boolean {
  if (typeof expected === 'number' && typeof found === 'number') {
    return Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected));
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    return (
      expected.length === found.length && expected.every((value, at) => agrees(found[at], value, tolerance))
    );
  }
  return isNotANumber(expected) ? isNotANumber(found) : Object.is(found, expected);
}

/** In JSON, NaN is null within a list and text elsewhere. */
function isNotANumber(value: unknown): boolean {
  return Number.isNaN(value) || value === null || value === 'NaN';
}

function text(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** The numbers of a series, NaN where there is none. */
export function series(value: unknown): number[] {
  const points = (value ?? []) as (number | string | null)[];
  return points.map((point) => (point === null ? NaN : Number(point)));
}
