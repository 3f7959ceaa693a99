import type { ScoreThresholds } from './config.ts';

const minute = 60_000;

/** Several looks at one canary, as Kayenta's standalone analysis takes them. Durations in whole minutes. */
export interface LookPlan {
  /** Milliseconds since the epoch. */
  start: number;
  lifetimeMins: number;
  /** From look to look; the lifetime, which makes one look, where it is not given, 0 or longer. */
  analysisIntervalMins?: number;
  /** How long the canary warms up first. Kayenta leaves it out where all of the time is past. */
  beginAfterMins?: number;
  /** How far each look goes back: the window slides. By default, and with 0, it grows from the start. */
  lookbackMins?: number;
}

/** What a look sees: from `start` until `end`, in milliseconds since the epoch. */
export interface LookWindow {
  start: number;
  end: number;
}

/** The window of each look, in order. */
export function lookWindows({
  start,
  lifetimeMins,
  analysisIntervalMins = lifetimeMins,
  beginAfterMins = 0,
  lookbackMins = 0,
}: LookPlan): LookWindow[] {
  const interval =
    analysisIntervalMins === 0 || analysisIntervalMins > lifetimeMins ? lifetimeMins : analysisIntervalMins;
  const looks = Math.floor(lifetimeMins / interval);
  const begin = start + beginAfterMins * minute;
  return Array.from({ length: looks }, (_, look) => {
    const end = begin + (look + 1) * interval * minute;
    return { start: lookbackMins > 0 ? end - lookbackMins * minute : begin, end };
  });
}

/** What the looks so far amount to. */
export type LooksDecision = { ended: false } | { ended: true; passed: boolean; reason: string };

/**
 * After each look: a score at the marginal threshold or below ends it, though such a score is Marginal and not Fail
 * for the judge; the last score must reach the pass threshold. Without looks nothing has passed.
 *
 * @param scores of the looks so far, in order
 * @param planned how many looks there are to be
 * @param thresholds either may be missing: then nothing is asked of that kind
 */
export function decideLooks(
  scores: readonly number[],
  planned: number,
  { pass, marginal }: Partial<ScoreThresholds>,
): LooksDecision {
  const low = marginal === undefined ? -1 : scores.findIndex((score) => score <= marginal);
  if (low !== -1) {
    const reason = `the score ${scores[low]} of look ${low + 1} is not above ${marginal}, the marginal threshold`;
    return { ended: true, passed: false, reason };
  }
  if (scores.length < planned) return { ended: false };
  const last = scores.at(-1);
  if (last === undefined) return { ended: true, passed: false, reason: 'there was no look' };
  if (pass === undefined) return { ended: true, passed: true, reason: 'no pass threshold was given' };
  return last >= pass
    ? { ended: true, passed: true, reason: `the last score ${last} reaches ${pass}, the pass threshold` }
    : { ended: true, passed: false, reason: `the last score ${last} is below ${pass}, the pass threshold` };
}
