import { KayentaThrows } from './errors.ts';

/** A metric's points in one arm. */
export interface Series {
  /** What tells the series of one metric apart; empty for a metric that is not grouped. */
  tags: Readonly<Record<string, string>>;
  /** A point each step; NaN where there was none. */
  values: readonly number[];
  /** How many points there should be: {@link expectedPoints}. */
  expected: number;
}

/** The same series of a metric in both arms, as long as they should be. */
export interface Pair {
  name: string;
  tags: Readonly<Record<string, string>>;
  canary: readonly number[];
  baseline: readonly number[];
}

/** What a pair is called: `latency`, or `latency {pod: a}`. */
export function metricName({ name, tags }: Pick<Pair, 'name' | 'tags'>): string {
  const listed = Object.entries(tags).map(([tag, value]) => `${tag}: ${value}`);
  return listed.length === 0 ? name : `${name} {${listed.join(', ')}}`;
}

/** The points that fit into a window; 0, which is unknown, for a step of 0. All three in milliseconds. */
export function expectedPoints(start: number, end: number, step: number): number {
  return step === 0 ? 0 : Math.trunc((end - start) / step);
}

/** The values, with NaN up to the number of points that there should be. */
export function padded(values: readonly number[], expected: number): number[] {
  const missing = Math.max(0, expected - values.length);
  return [...values, ...Array.from({ length: missing }, () => NaN)];
}

/**
 * Pairs the series of one metric by their tags. Where an arm lacks a series, it is empty there: padded with NaN, if it
 * is known how long it should be. A single series without tags says that its arm has no data by tags, and is left out
 * if the other arm has.
 *
 * @throws {KayentaThrows} if an arm has no series at all, or the arms are grouped by different tags
 */
export function pairSeries(name: string, canary: readonly Series[], baseline: readonly Series[]): Pair[] {
  const [canaryFirst, baselineFirst] = [canary[0], baseline[0]];
  if (canaryFirst === undefined) throw noSeries(name, 'canary');
  if (baselineFirst === undefined) throw noSeries(name, 'baseline');
  checkKeys(name, canary, baseline);
  const missing = (arm: readonly Series[], other: readonly Series[]): boolean =>
    arm.some(isUntagged) && !other.some(isUntagged);
  const tagged = missing(canary, baseline)
    ? baseline
    : missing(baseline, canary)
      ? canary
      : [...canary, ...baseline];
  const unique = new Map(tagged.map(({ tags }) => [key(tags), tags]));
  return [...unique].map(([wanted, tags]) => {
    const values = (arm: readonly Series[], template: Series): number[] => {
      const found = arm.find((series) => key(series.tags) === wanted);
      return padded(found?.values ?? [], (found ?? template).expected);
    };
    return { name, tags, canary: values(canary, canaryFirst), baseline: values(baseline, baselineFirst) };
  });
}

function isUntagged({ tags }: Series): boolean {
  return Object.keys(tags).length === 0;
}

/** The same text for the same tags, in whatever order. */
function key(tags: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checkKeys(name: string, canary: readonly Series[], baseline: readonly Series[]): void {
  const [of, to] = [canary, baseline].map((arm) =>
    [...new Set(arm.flatMap(({ tags }) => Object.keys(tags)))].sort(),
  ) as [string[], string[]];
  if (of.length === 0 || to.length === 0 || of.join('\n') === to.join('\n')) return;
  throw new KayentaThrows(
    `metric ${name}: the canary is grouped by ${of.join(', ')}, the baseline by ${to.join(', ')}. Group both by the same tags.`,
  );
}

function noSeries(name: string, arm: string): KayentaThrows {
  return new KayentaThrows(
    `metric ${name}: the ${arm} has no series of it. Give an empty list where there was no data.`,
  );
}
