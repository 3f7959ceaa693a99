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

function checkAsked(
  { source }: Shape['metrics'][number],
  at: number,
  tells: (text: string) => boolean,
  wanted: string,
  why: string,
  report: Report,
): void {
  if (source.type === 'load') return;
  if (source.type === 'http') {
    if (inUrl(source.url, tells)) return;
    report(['metrics', at, 'source', 'url'], `${wanted} in its path or query: ${why}`);
    return;
  }
  const alike = selectors(source).find((text) => !tells(text));
  if (alike === undefined) return;
  report(['metrics', at, 'source'], `${wanted} in a matcher of each selector: ${why}`, quoted(alike));
}

function selectors(source: Extract<Source, { type: 'prometheus' }>): string[] {
  if ('events' in source) return [source.events, source.total];
  return ['histogram' in source ? source.histogram : source.value];
}

/** A URL that is none is refused for that. */
function inUrl(url: string, tells: (text: string) => boolean): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, search } = new URL(url);
  return tells(pathname + search);
}
