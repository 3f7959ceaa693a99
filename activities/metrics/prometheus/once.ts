import { labelsText, type Sample, type Series } from './series.ts';
import { groupedByTarget, isOf, jitter, processOf, targetOf, type Scrapes } from './targets.ts';
import { Unreadable } from './unreadable.ts';

/** What one scrape of a target brought: its own labels, and its series by the labels that the process gave them. */
interface Page {
  target: Series;
  series: Map<string, Series>;
}

/**
 * Leaves each counter in once that Prometheus has several times: a target of two jobs or behind two services, or replicas of
 * Prometheus that nobody deduplicates. Such series have the same instance, differ in labels of the target alone, and rise
 * alike.
 *
 * @returns what is left, and what it was that was there twice, for people; null if nothing was
 * @throws {Unreadable} if both ends of a mesh count the same requests: they do it with counters of their own
 */
export function countedOnce(
  series: readonly Series[],
  scrapes: Scrapes,
): { series: Series[]; note: string | null } {
  checkOneEnd(series);
  const doubles = new Set<Series>();
  let note: string | null = null;
  for (const pages of pagesByInstance(series, scrapes)) {
    const kept: Page[] = [];
    for (const page of pages) {
      const twin = kept.find((one) => areAlike(one, page, scrapes));
      if (twin === undefined) {
        kept.push(page);
        continue;
      }
      for (const [own, one] of page.series) if (twin.series.has(own)) doubles.add(one);
      note ??= noteOf(twin, page);
    }
  }
  return { series: series.filter((one) => !doubles.has(one)), note };
}

/** Istio counts a request at the caller and at the one who is called. */
function checkOneEnd(series: readonly Series[]): void {
  const [one, other] = [...new Set(series.map(({ labels }) => labels['reporter'] ?? ''))].sort();
  const [first] = series;
  if (one === undefined || other === undefined || first === undefined) return;
  const { __name__: name = 'it' } = first.labels;
  throw new Unreadable(
    `${name} is counted by more than one reporter (${[one, other].map((text) => JSON.stringify(text)).join(' and ')}), so each request counts twice: add reporter="destination" to its matchers, or reporter="source"`,
  );
}

/** The targets that share an instance with another one, those that were scraped last first. */
function pagesByInstance(series: readonly Series[], { up }: Scrapes): Page[][] {
  const targets = groupedByTarget(up);
  const pages = new Map<string, Map<Series, Page>>();
  for (const one of series) {
    const target = targets.get(targetOf(one.labels))?.find((some) => isOf(some, one.labels));
    if (target === undefined) continue;
    const { instance = '' } = target.labels;
    const found = pages.get(instance) ?? new Map<Series, Page>();
    pages.set(instance, found);
    const page = found.get(target) ?? { target, series: new Map<string, Series>() };
    found.set(target, page);
    page.series.set(ownLabels(one, target), one);
  }
  return [...pages.values()]
    .filter(({ size }) => size > 1)
    .map((found) => [...found.values()].sort(lastScrapedFirst));
}

/** Two that are both scraped are always taken in the same order, so that windows which follow each other go on. */
function lastScrapedFirst(one: Page, other: Page): number {
  const [ours, theirs] = [one, other].map(({ target: { samples } }) => ({
    last: samples.at(-1)?.at ?? 0,
    before: samples.at(-3)?.at ?? 0,
  }));
  if (ours === undefined || theirs === undefined) return 0;
  if (ours.last < theirs.before) return 1;
  if (theirs.last < ours.before) return -1;
  return labelsText(one.target.labels) < labelsText(other.target.labels) ? -1 : 1;
}

/** The labels that the process gave a series: all but those of its target. */
function ownLabels({ labels }: Series, target: Series): string {
  const own = Object.entries(labels).filter(
    ([label]) => label === '__name__' || target.labels[label] === undefined,
  );
  return labelsText(Object.fromEntries(own.sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** They have series in common, each of those is one counter, and nothing says that they are two processes. */
function areAlike(one: Page, other: Page, scrapes: Scrapes): boolean {
  const both = [...other.series].flatMap(([own, series]) => {
    const twin = one.series.get(own);
    return twin === undefined ? [] : [[twin, series] as const];
  });
  const [first] = both;
  if (first === undefined || labelsApart(one, other).some((label) => !ofScraper.test(label))) return false;
  const [ours, theirs] = first.map((series) => processOf(series, scrapes).startedAt(Infinity));
  if (Math.abs((ours ?? NaN) - (theirs ?? NaN)) > jitter) return false;
  return both.every(([twin, series]) => isOneCounter(twin.samples, series.samples));
}

/** Labels that both targets have, and that say who scraped rather than what. */
const ofScraper = /^(job|service|endpoint|receive|monitor)$|replica|prometheus/;

function labelsApart({ target: { labels: ours } }: Page, { target: { labels: theirs } }: Page): string[] {
  return Object.keys(ours).filter((label) => theirs[label] !== undefined && ours[label] !== theirs[label]);
}

/**
 * What two scrapers saw of one counter never falls, in the order of time, but for when the counter does. Two counters that
 * are not the same do not stay as near to each other.
 */
export function isOneCounter(ours: readonly Sample[], theirs: readonly Sample[]): boolean {
  const from = Math.max(ours[0]?.at ?? Infinity, theirs[0]?.at ?? Infinity);
  const both = [...ours, ...theirs].filter(({ at }) => at >= from).sort((a, b) => a.at - b.at);
  return fallsIn(both, atOnce) <= Math.max(fallsIn(ours), fallsIn(theirs));
}

/** Which of two scrapes came first cannot be told if they began within this (ms). */
const atOnce = 100;

function fallsIn(samples: readonly Sample[], apart = 0): number {
  return samples.filter(({ at, value }, place) => {
    const before = samples[place - 1];
    return before !== undefined && value < before.value && at - before.at >= apart;
  }).length;
}

function noteOf(one: Page, other: Page): string {
  const apart = labelsApart(one, other);
  const nameOf = ({ target }: Page): string =>
    apart.map((label) => `${label}=${JSON.stringify(target.labels[label])}`).join(', ');
  const { instance = 'a target' } = one.target.labels;
  return `${instance} is scraped twice (${nameOf(one)} and ${nameOf(other)}): its requests are counted once`;
}
