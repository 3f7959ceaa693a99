import { quoted } from '../problem.ts';
import { withMatchers } from '../prometheus/filling.ts';
import { differsByTrack } from '../prometheus/selector.ts';
import type { TrackLabels } from '../prometheus/tracks.ts';
import type { Shape } from '../shape.ts';
import type { Report } from './rule.ts';

type Metric = Shape['metrics'][number];
type Source = Metric['source'];

/** What compares two tracks has to ask for each of them. */
export function checkTracks(
  metric: Metric,
  at: number,
  what: string,
  tracks: TrackLabels | undefined,
  report: Report,
): void {
  const why = `without, ${what} would compare the canary with itself`;
  checkAsked(metric, at, { tells: differsByTrack, tracks, wanted: '$track or $version', why }, report);
}

/** What compares with a baseline has to ask for it: its version is stable's. */
export function checkBaseline(
  metric: Metric,
  at: number,
  tracks: TrackLabels | undefined,
  report: Report,
): void {
  const why = 'the version of the baseline is that of stable';
  const tells = (text: string): boolean => /\$track\b/.test(text);
  checkAsked(metric, at, { tells, tracks, wanted: '$track', why }, report);
}

interface Asked {
  tells: (text: string) => boolean;
  tracks: TrackLabels | undefined;
  wanted: string;
  why: string;
}

/** What a source asks for, of each track by itself. */
interface Asking {
  /** Where it stands in the source. */
  at: readonly string[];
  /** Each must tell tracks apart. */
  texts: readonly string[];
  /** Where in them the author can. */
  within: string;
  /** What is added to each of them for the canary, which may tell tracks apart, too. */
  added: NonNullable<TrackLabels['canary']>;
}

/** What each kind of source asks for; null where it measures one track alone. */
const asked: {
  [Type in Source['type']]: (
    source: Extract<Source, { type: Type }>,
    tracks: TrackLabels | undefined,
  ) => Asking | null;
} = {
  load: () => null,
  http: ({ url }) => ({ at: ['url'], texts: pathAndQuery(url), within: 'its path or query', added: [] }),
  prometheus: (source, tracks) => ({
    at: [],
    texts: selectors(source),
    within: 'a matcher of each selector, or the labels of each track in tracks',
    added: (source.tracks ?? tracks)?.canary ?? [],
  }),
};

function checkAsked(
  { source }: Metric,
  at: number,
  { tells, tracks, wanted, why }: Asked,
  report: Report,
): void {
  type Ask = (source: Source, tracks: TrackLabels | undefined) => Asking | null;
  const found = (asked[source.type] as Ask)(source, tracks);
  if (found === null) return;
  const { texts, added } = found;
  const isTold = (text: string): boolean =>
    tells(text) || (added.length > 0 && withMatchers(text, added) !== text);
  const alike = texts.find((text) => !isTold(text));
  if (alike === undefined) return;
  const path = ['metrics', at, 'source', ...found.at];
  report(path, `${wanted} in ${found.within}: ${why}`, found.at.length === 0 ? quoted(alike) : undefined);
}

/** None of a source with another fault, which the schema has not read to its end. */
function selectors(source: Extract<Source, { type: 'prometheus' }>): string[] {
  const all =
    'events' in source
      ? [source.events, source.total]
      : ['histogram' in source ? source.histogram : source.value];
  return all.filter((selector) => typeof selector === 'string');
}

/** None of a URL that is none, which is refused for that. */
function pathAndQuery(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { pathname, search } = new URL(url);
  return [pathname + search];
}
