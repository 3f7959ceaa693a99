import type { LoadResult } from '../../activities/generate-load.ts';
import { duration } from '../../src/text/duration.ts';

/** A load that has its turn at once begins within this (ms). */
const atOnce = 2_000;

/**
 * What a load could not send, and how long it waited for its turn; null where both are next to nothing: fewer than one in
 * ten, a load is a little late at times.
 */
export function missedText({ requests, missed = 0, waited = 0 }: LoadResult): string | null {
  const due = requests + missed;
  const parts = [
    missed > due / 10 &&
      `${String(missed)} of the ${String(due)} requests that were due were not sent in their time`,
    waited > atOnce && `it waited ${duration(waited)} for its turn among the loads of its worker`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join('; ');
}
