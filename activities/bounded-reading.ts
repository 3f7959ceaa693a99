import { clipped, mostOfAReason } from '../src/judge/sentences.ts';
import type { Reading } from '../src/judge/samples.ts';
import { bytesOf, sizeText } from '../src/text/bytes.ts';
import { mostCursors, mostTicks } from '../src/domain/size.ts';

/** Characters of a word of `ok`. */
const mostOfAWord = 200;

/** The tracks of a metric. */
const tracks = 2;

/**
 * A reading as it may be kept: texts are cut, and a histogram that would take more than its share of a tick is
 * missing, with the reason.
 *
 * @param metrics how many share the tick
 */
export function boundedReading(reading: Reading, metrics: number): Reading {
  if ('missing' in reading) return { missing: clipped(reading.missing, mostOfAReason) };
  if ('status' in reading) return { status: wordOf(reading.status) };
  const [bytes, most] = [bytesOf(reading), Math.floor(mostTicks / metrics / tracks)];
  if (bytes <= most) return reading;
  const buckets = 'below' in reading ? `${String(reading.below.length)} buckets` : 'it';
  return {
    missing: `${buckets} take ${sizeText(bytes)}, and each of ${String(metrics)} metrics may take ${sizeText(most)}: measure fewer buckets, or fewer metrics`,
  };
}

/** A word that was cut is one character longer than a word of `ok` may be, so it is never a good one. */
function wordOf(status: string): string {
  if (status.length <= mostOfAWord) return status;
  return `${status.slice(0, mostOfAWord).replace(/[\ud800-\udbff]$/, '\ufffd')}…`;
}

/** What a source may leave for its next check; where that is too large, it has to begin anew. */
export function boundedCursor(
  cursor: unknown,
  metrics: number,
): { cursor: unknown; missing?: { missing: string } } {
  const [bytes, most] = [bytesOf(cursor), Math.floor(mostCursors / metrics)];
  if (bytes <= most) return { cursor };
  return {
    cursor: null,
    missing: {
      missing: `the counters to go on from take ${sizeText(bytes)}, and each of ${String(metrics)} metrics may take ${sizeText(most)}: measure fewer buckets, or fewer metrics`,
    },
  };
}
