import type { Origin, Sample, Series } from './series.ts';

/** What was scraped of the targets of a metric: `up`, and when their processes started where they say so. */
export interface Scrapes {
  up: readonly Series[];
  starts: readonly Series[];
}

/** A first sample this many intervals after that of others is that of a target which came later. */
const later = 1.5;

/**
 * Where the counters of any series come from, as far as its target's scrapes tell.
 *
 * @param since when their jobs were scraped first, as of `beganLater`
 */
export function originsOf(scrapes: Scrapes, since: number, interval: number): (series: Series) => Origin {
  return (series) => {
    const pulses = pulsesOf(series, scrapes);
    const { startedAt, isAnother } = processOf(series, scrapes);
    return {
      isAnother,
      beganAtZero(first) {
        const wasScraped = pulses.some(({ at, value }) => value === 1 && at < first.at);
        if (wasScraped) return true;
        const cameLater = first.at > since + later * interval;
        return cameLater && startedAt(first.at) > since;
      },
    };
  };
}

/** The scrapes of the target of a series: 1 where it answered, 0 where not. */
export function pulsesOf({ labels }: Series, { up }: Scrapes): readonly Sample[] {
  return ofTarget(labels, up);
}

/** When the processes of the target of a series started, as they said at each scrape (s since 1970). */
function startsOf({ labels }: Series, { starts }: Scrapes): readonly Sample[] {
  return ofTarget(labels, starts);
}

/** The process behind a series, as far as it says when it started. */
export function processOf(
  series: Series,
  scrapes: Scrapes,
): { startedAt: (at: number) => number; isAnother: Origin['isAnother'] } {
  const started = startsOf(series, scrapes);
  const startedAt = (at: number): number => (lastIn(started, at)?.value ?? NaN) * 1000;
  return { startedAt, isAnother: (one, other) => Math.abs(startedAt(one) - startedAt(other)) > jitter };
}

function ofTarget(labels: Series['labels'], all: readonly Series[]): readonly Sample[] {
  let known = byTarget.get(all);
  if (known === undefined) byTarget.set(all, (known = seriesByTarget(all)));
  const [first, ...others] = known.get(targetOf(labels)) ?? [];
  if (others.length === 0 || first === undefined) return first?.samples ?? [];
  const own = others.filter((one) => isOf(one, labels));
  return joined(isOf(first, labels) ? [first, ...own] : own.length > 0 ? own : [first, ...others]);
}

/** Put together once for each answer: each of its series is asked for its target. */
const byTarget = new WeakMap<readonly Series[], ReadonlyMap<string, readonly Series[]>>();

/**
 * Several that were scraped side by side are targets of their own, which other labels tell apart. A target whose own labels
 * were changed has several too, one after the other, and they are one.
 */
function seriesByTarget(all: readonly Series[]): Map<string, readonly Series[]> {
  return new Map(
    [...groupedByTarget(all)].map(([target, some]) => [target, sideBySide(some) ? some : joinedToOne(some)]),
  );
}

/** Series by what tells their targets apart. */
export function groupedByTarget(all: readonly Series[]): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const one of all) {
    const target = targetOf(one.labels);
    const others = groups.get(target);
    if (others === undefined) groups.set(target, [one]);
    else others.push(one);
  }
  return groups;
}

/** Scraped by turns, again and again, rather than one after the other with its labels changed there and back. */
function sideBySide(series: readonly Series[]): boolean {
  const scrapes = series
    .flatMap(({ samples }, place) => samples.map(({ at }) => ({ at, place })))
    .sort((one, other) => one.at - other.at);
  const turns = scrapes.filter(({ place }, at) => at > 0 && scrapes[at - 1]?.place !== place).length;
  return turns > Math.max(fewTurns, scrapes.length / 4);
}

/** So often may the labels of a target be changed, and changed back, within ten minutes. */
const fewTurns = 3;

function joinedToOne(series: readonly Series[]): readonly Series[] {
  const [first] = series;
  if (first === undefined || series.length === 1) return series;
  return [{ labels: first.labels, samples: joined(series) }];
}

function joined(series: readonly Series[]): readonly Sample[] {
  if (series.length === 1) return series[0]?.samples ?? [];
  return series.flatMap(({ samples }) => samples).sort((one, other) => one.at - other.at);
}

/** Whether a target's own labels are among those of a series. */
export function isOf({ labels: { __name__: _name, ...own } }: Series, labels: Series['labels']): boolean {
  return Object.entries(own).every(([label, value]) => labels[label] === value);
}

/**
 * Where a target answered from an older process than at the scrape before: a process does not grow younger. Undefined where
 * it did not, or nobody says.
 */
export function olderProcess(series: Series, scrapes: Scrapes, to: number): Sample | undefined {
  const starts = startsOf(series, scrapes);
  return starts.find(
    ({ at, value }, place) => at <= to && value < (starts[place - 1]?.value ?? -Infinity) - jitter / 1000,
  );
}

/** Some processes say from their uptime when they started, which shakes (ms). */
export const jitter = 1_000;

/** What tells targets, and so the copies of a service, apart. */
export function targetOf({ job = '', instance = '' }: Series['labels']): string {
  return `${job}\n${instance}`;
}

/** The last sample up to a time. */
export function lastIn(samples: readonly Sample[], to: number): Sample | undefined {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? Infinity) <= to) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1];
}
