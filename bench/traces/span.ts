import type { Trace } from './form.ts';

/** Of the past of a run: a day, and what a reading of whole minutes may ask for beyond it. */
const longestPast = 25 * 3600;
const longestRun = 24 * 3600;
const hour = 3600;

/** Of one run, in seconds of the trace. */
export interface Span {
  from: number;
  to: number;
  /** Where its past begins. */
  past: number;
}

/** How long a run of a trace is, in hours: a day, or whole hours of a third of the trace, and one at least. */
export function hoursOf(trace: Trace, asked: number | null): number {
  return asked ?? Math.max(1, Math.floor(Math.min(longestRun, lengthOf(trace) / 3) / hour));
}

/**
 * Where a run lies: runs are spread over all that leaves them a past, each new one between those before (multiples of the
 * golden ratio).
 *
 * @throws {Error} if the trace is shorter than a run and as much of a past
 */
export function spanOf(trace: Trace, run: number, hours: number): Span {
  const length = hours * hour;
  const [first, all] = [trace.time[0] ?? 0, lengthOf(trace)];
  const past = Math.min(longestPast, all - 2 * length);
  if (past < length / 2 && past < longestPast)
    throw new Error(
      `${trace.name}: ${(all / hour).toFixed(1)} hours are too short for runs of ${hours}; --hours ${Math.max(1, Math.floor(all / hour / 3))} would do`,
    );
  const room = all - past - length;
  const from = first + past + room * ((run * 0.6180339887498949 + 0.5) % 1);
  return { from, to: from + length, past: from - past };
}

function lengthOf({ time }: Trace): number {
  return (time.at(-1) ?? 0) - (time[0] ?? 0);
}
