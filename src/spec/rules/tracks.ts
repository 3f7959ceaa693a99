import { quoted } from '../problem.ts';
import { differsByTrack } from '../prometheus/selector.ts';
import type { Shape } from '../shape.ts';
import type { Report } from './rule.ts';

type Source = Shape['metrics'][number]['source'];

/** What compares two tracks has to ask for each of them. */
export function checkTracks(
  { source }: Shape['metrics'][number],
  at: number,
  what: string,
  report: Report,
): void {
  if (source.type === 'load') return;
  const why = `without, ${what} would compare the canary with itself`;
  if (source.type === 'http') {
    if (differsInUrl(source.url)) return;
    report(['metrics', at, 'source', 'url'], `$track or $version in its path or query: ${why}`);
    return;
  }
  const alike = selectors(source).find((text) => !differsByTrack(text));
  if (alike === undefined) return;
  report(
    ['metrics', at, 'source'],
    `$track or $version in a matcher of each selector: ${why}`,
    quoted(alike),
  );
}

function selectors(source: Extract<Source, { type: 'prometheus' }>): string[] {
  if ('events' in source) return [source.events, source.total];
  return ['histogram' in source ? source.histogram : source.value];
}

/** A URL that is none is refused for that. */
function differsInUrl(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, search } = new URL(url);
  return differsByTrack(pathname + search);
}
