import type { LoadResult } from '../activities/generate-load.ts';

/** What a load could not send; null where that is next to nothing: fewer than one in ten, a load is a little late at times. */
export function missedText({ requests, missed = 0 }: LoadResult): string | null {
  if (missed <= (requests + missed) / 10) return null;
  return `${String(missed)} of the ${String(requests + missed)} requests that were due were not sent in their time`;
}
