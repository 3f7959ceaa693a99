import { quoted } from '../problem.ts';
import { differsByTrack } from '../prometheus/selector.ts';
import type { Shape } from '../shape.ts';
import type { Report } from './rule.ts';

type Source = Shape['metrics'][number]['source'];

/** What compares two tracks has to ask for each of them. */
export function checkTracks(
  metric: Shape['metrics'][number],
  at: number,
  what: string,
  report: Report,
): void {
  const why = `without, ${what} would compare the canary with itself`;
  checkAsked(metric, at, differsByTrack, `$track or $version`, why, report);
}

/** What compares with a baseline has to ask for it: its version is stable's. */
export function checkBaseline(metric: Shape['metrics'][number], at: number, report: Report): void {
  const why = 'the version of the baseline is that of stable';
  checkAsked(metric, at, (text) => /\$track\b/.test(text), '$track', why, report);
}

/** What a source asks for, of each track by itself. */
interface Asked {
  /** Where it stands in the source. */
  at: readonly string[];
  /** Each must tell tracks apart. */
  texts: readonly string[];
  /** Where in them the author can. */
  within: string;
}

/** What each kind of source asks for; null where it measures one track alone. */
const asked: { [Type in Source['type']]: (source: Extract<Source, { type: Type }>) => Asked | null } = {
  load: () => null,
  http: ({ url }) => ({ at: ['url'], texts: pathAndQuery(url), within: 'its path or query' }),
  prometheus: (source) => ({ at: [], texts: selectors(source), within: 'a matcher of each selector' }),
};

function checkAsked(
  { source }: Shape['metrics'][number],
  at: number,
  tells: (text: string) => boolean,
  wanted: string,
  why: string,
  report: Report,
): void {
  const found = (asked[source.type] as (source: Source) => Asked | null)(source);
  const alike = found?.texts.find((text) => !tells(text));
  if (!found || alike === undefined) return;
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
