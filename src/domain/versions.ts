import { count } from '../text/number.ts';

/** Versions that are named; a track that has more of them is in trouble, whatever the others are. */
const named = 5;

/** Versions for people: `1.4.0, 1.4.1`, of many the first few and how many more there are, or `nothing`. */
export function versionsText(versions: readonly string[]): string {
  const more = versions.length - named;
  const shown = versions.slice(0, named).join(', ');
  return more > 0 ? `${shown} and ${count(more, 'more version')}` : shown || 'nothing';
}
