import type { Shape } from '../shape.ts';
import type { Report } from './rule.ts';

/** What compares two tracks has to ask for each of them. */
export function checkTracks(
  { source }: Shape['metrics'][number],
  at: number,
  what: string,
  report: Report,
): void {
  if (source.type === 'load' || differsByTrack(source.url)) return;
  report(
    ['metrics', at, 'source', 'url'],
    `$track or $version in its path or query: without, ${what} would compare the canary with itself`,
  );
}

/** A URL that is none is refused for that. */
function differsByTrack(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, search } = new URL(url);
  return /\$(track|version)\b/.test(pathname + search);
}
