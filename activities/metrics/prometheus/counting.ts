import type { Track } from '../../../src/domain/rollout.ts';
import type { Window } from '../../../src/judge/samples.ts';
import { parseSelector } from '../../../src/spec/prometheus/selector.ts';
import type { Api } from './api.ts';
import type { Call } from '../../ports.ts';
import { sharing } from '../../turns.ts';
import { withBounds } from './bounds.ts';
import { checkCountable } from './countable.ts';
import { endedSeries, movedBetween } from './moved.ts';
import { countedOnce } from './once.ts';
import { scrapedSince, scrapesOf } from './scrapes.ts';
import { increaseOf, labelsText, type Origin, type Series } from './series.ts';
import { beganLater, beganUnseen, checkFresh, intervalOf } from './freshness.ts';
import { originsOf } from './targets.ts';
import { Unreadable } from './unreadable.ts';

/** One counter of one track and how much each of its series has grown by in the window. */
export type Growth = readonly { labels: Series['labels']; by: number }[];

/**
 * What has grown by how much, by track, in the order of the selectors that were asked, and what people should know of how it
 * was counted; or where counting begins.
 */
export type Counted =
  { growths: Map<Track, Growth[]>; interval: number; note: string | null } | { beginsAnew: string };

/** So much before a window is read too: what stood there is what a counter has grown from (ms). */
export const lookback = 600_000;

/**
 * Counts what the selectors' series have grown by in a window that is over.
 *
 * @param selectors by track, filled in; the first of each tells whether the track is measured at all
 * @throws {Unreadable}
 */
export async function count(
  api: Api,
  selectors: Map<Track, string[]>,
  window: Window,
  call: Call,
): Promise<Counted> {
  const range = { from: window.from - lookback, to: window.to };
  const tracks = await Promise.all(
    [...selectors].map(async ([track, texts]) => {
      const found = await Promise.all(texts.map((text) => api.samples(text, range, call)));
      return { track, texts, found: found.map(withBounds) };
    }),
  );
  for (const { texts, found } of tracks) {
    if (found[0]?.length === 0) throw new Unreadable(`${api.place}: nothing matches ${String(texts[0])}`);
  }
  checkApart(tracks);
  const all = tracks.flatMap(({ found }) => found.flat());
  const scrapes = await scrapesOf(api, all, range, call);
  const interval = intervalOf(all, scrapes);
  for (const { track, found } of tracks) {
    checkFresh(found[0] ?? [], scrapes, window, interval, nameOf(track));
  }
  await checkCountable(
    api,
    tracks.flatMap(({ texts }) => texts),
    all,
    scrapes,
    window,
    call,
  );
  const moved = await movedBetween(tracks, scrapes, window);
  if (moved !== null) return { beginsAnew: `${api.place}: ${moved}` };
  for (const { found } of tracks) {
    const ended = endedSeries(found[0] ?? [], scrapes, window, interval);
    if (ended !== null) throw new Unreadable(`${api.place}: ${ended}`);
  }
  const since = await scrapedSince(api, all, scrapes, range, call);
  const later = beganLater(since, window);
  if (later !== null) return { beginsAnew: `${api.place}: ${later}` };
  for (const { track, found } of tracks) {
    const unseen = beganUnseen(found[0] ?? [], scrapes, window, interval, nameOf(track));
    if (unseen !== null) return { beginsAnew: `${api.place}: ${unseen}` };
  }
  const originOf = originsOf(scrapes, since, interval);
  const growths = new Map<Track, Growth[]>();
  let note: string | null = null;
  for (const { track, found } of tracks) {
    const grown: Growth[] = [];
    for (const series of found) {
      const once = countedOnce(series, scrapes);
      note ??= once.note;
      grown.push(await growthOf(once.series, window, originOf));
    }
    growths.set(track, grown);
  }
  return { growths, interval, note };
}

async function growthOf(
  series: readonly Series[],
  window: Window,
  originOf: (series: Series) => Origin,
): Promise<Growth> {
  const share = sharing();
  const growth = [];
  for (const one of series) {
    await share();
    growth.push({ labels: one.labels, by: increaseOf(one, window, originOf(one)) });
  }
  return growth;
}

/** How often the series of the selectors are scraped, in ms; null where there are none. */
export async function scrapeInterval(
  api: Api,
  selectors: string[],
  at: number,
  call: Call,
): Promise<number | null> {
  const range = { from: at - lookback, to: at };
  const series = (await Promise.all(selectors.map((text) => api.samples(text, range, call)))).flat();
  return series.length === 0 ? null : intervalOf(series, await scrapesOf(api, series, range, call));
}

/** For people. */
export function nameOf(track: Track): string {
  return track === 'stable' ? track : `the ${track}`;
}

/** What is scraped once cannot be of both tracks. */
function checkApart(tracks: { track: Track; found: Series[][] }[]): void {
  const owners = new Map<string, Track>();
  for (const { track, found } of tracks) {
    for (const { labels } of found.flat()) {
      const text = labelsText(labels);
      const owner = owners.get(text) ?? track;
      owners.set(text, owner);
      if (owner !== track)
        throw new Unreadable(
          `${text} counts for ${nameOf(owner)} and for ${nameOf(track)}: what tells them apart?`,
        );
    }
  }
}

/** Makes sure that a selector that matches nothing could match something. */
export async function checkCouldMatch(api: Api, text: string, beside: Growth, call: Call): Promise<void> {
  const { name, matchers } = parseSelector(text);
  const [first] = beside;
  if (first?.labels['__name__'] === name) {
    const labels = new Set(beside.flatMap((series) => Object.keys(series.labels)));
    const unknown = matchers.find(({ label, op }) => !op.startsWith('!') && !labels.has(label));
    if (unknown === undefined) return;
    throw new Unreadable(
      `no series of ${name} has the label ${unknown.label}, which ${text} asks for; it has ${[...labels].filter((label) => label !== '__name__').join(', ')}`,
    );
  }
  // What is recorded has no target that would say so.
  if (!name.includes(':') && (await api.typesOf(name, call))?.length === 0) {
    throw new Unreadable(
      `${api.place}: no target has a metric called ${name}: correct the name, or set absent: zero on the source if it comes with its first event`,
    );
  }
}
