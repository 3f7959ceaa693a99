import type { Track } from '../../../src/domain/rollout.ts';
import type { Window } from '../../../src/judge/samples.ts';
import { parseSelector } from '../../../src/spec/prometheus/selector.ts';
import { sharing } from '../../turns.ts';
import { labelsText, type Sample, type Series } from './series.ts';
import { clock } from './freshness.ts';
import { lastIn, processOf, pulsesOf, type Scrapes } from './targets.ts';

/** The series of one track, in the order of the selectors that were asked. */
export interface Found {
  track: Track;
  texts: string[];
  found: Series[][];
}

/**
 * What was counted for one track and is counted for the other from some scrape in the window on, because labels were
 * changed: a rule of relabelling, or what a process says itself. Its whole count would be taken for the other track's
 * growth. Null where nothing has moved; else why the window cannot be read.
 */
export async function movedBetween(
  tracks: Found[],
  scrapes: Scrapes,
  window: Window,
): Promise<string | null> {
  const share = sharing();
  const [one, other] = tracks;
  if (one === undefined || other === undefined) return null;
  for (const [at, text] of one.texts.entries()) {
    const apart = differing(text, other.texts[at] ?? text);
    const key = ({ labels }: Series): string =>
      labelsText(Object.fromEntries(Object.entries(labels).filter(([label]) => !apart.has(label))));
    const twins = new Map((other.found[at] ?? []).map((series) => [key(series), series]));
    for (const series of one.found[at] ?? []) {
      const twin = twins.get(key(series));
      if (twin === undefined) continue;
      await share();
      const moved =
        moveOf(series, twin, scrapes, window, other.track) ??
        moveOf(twin, series, scrapes, window, one.track);
      if (moved !== null) return moved;
    }
  }
  return null;
}

/** The labels by which two selectors tell their series apart. */
function differing(one: string, other: string): Set<string> {
  const [ours, theirs] = [one, other].map(
    (text) =>
      new Map(parseSelector(text).matchers.map((matcher) => [JSON.stringify(matcher), matcher.label])),
  );
  const apart = [...(ours ?? [])].filter(([matcher]) => theirs?.has(matcher) !== true);
  return new Set(apart.map(([, label]) => label));
}

/** At one scrape the target had the first series and not the second, and at the next the second and not the first. */
function moveOf(
  first: Series,
  second: Series,
  scrapes: Scrapes,
  { from, to }: Window,
  became: Track,
): string | null {
  const beats = new Set(pulsesOf(second, scrapes).map(({ at }) => at));
  const { isAnother } = processOf(second, scrapes);
  const before = (samples: readonly Sample[], at: number): number => lastIn(samples, at - 1)?.at ?? -Infinity;
  const had = new Set(first.samples.map(({ at }) => at));
  const moved = second.samples.find(({ at }) => {
    if (at <= from || at > to || had.has(at) || !beats.has(at)) return false;
    const last = before(first.samples, at);
    return beats.has(last) && last > before(second.samples, at) && !isAnother(last, at);
  });
  if (moved === undefined) return null;
  const { __name__: name = 'a series', instance = 'its target' } = second.labels;
  const [was, is] = became === 'stable' ? ["the canary's", "stable's"] : ["stable's", "the canary's"];
  return `${name} of ${instance} was ${was} and is ${is} since ${clock(moved.at)}: its labels were changed; counting begins there`;
}

/**
 * Series do not end while their process goes on: that all of a track have means that their labels were changed, or that
 * the metric was taken away. Null where they go on; else what is there no more.
 */
export function endedSeries(
  series: readonly Series[],
  scrapes: Scrapes,
  { to }: Window,
  interval: number,
): string | null {
  const lasts = series.map((one) => ({
    one,
    at: lastIn(one.samples, to)?.at ?? -Infinity,
  }));
  const newest = lasts.reduce((so, { at }) => Math.max(so, at), -Infinity);
  if (newest >= to - 2 * interval) return null;
  const gone = lasts.find(({ one, at }) => {
    const pulse = lastIn(pulsesOf(one, scrapes), to);
    const isScraped = pulse?.value === 1 && pulse.at >= to - 2 * interval;
    return at === newest && isScraped && !processOf(one, scrapes).isAnother(at, pulse.at);
  });
  if (gone === undefined) return null;
  const { instance = 'its target' } = gone.one.labels;
  return `${instance} has no ${labelsText(withoutTarget(gone.one.labels))} since ${clock(newest)}, though it is scraped: its labels were changed, or the metric was taken away`;
}

function withoutTarget({ job: _job, instance: _instance, ...others }: Series['labels']): Series['labels'] {
  return others;
}
