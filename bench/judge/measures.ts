import { ticksPerMinute } from './observed.ts';
import type { Outcome } from './outcome.ts';
import { wilson } from './wilson.ts';

/** A count, its share of the runs and that share's 95% interval. */
export interface Share {
  count: number;
  share: number;
  low: number;
  high: number;
}

/** Median and 90th percentile; Infinity where so many runs did not come to it. */
export interface Spread {
  median: number;
  p90: number;
}

/** What is said of a rule in a world, under an effect. */
export interface Measures {
  runs: number;
  /** Fails within an hour and within the whole run, where there is no harm; where there is, before it began. */
  falseAlarmsInAnHour: Share;
  falseAlarms: Share;
  /** From the onset of harm to the fail. */
  minutes: Spread;
  requests: Spread;
  /** Of harm: no fail until the end of the run. */
  missed: Share;
  /** Of harm: it passed, at or before a fail. */
  falsePasses: Share;
  /** Neither passed nor failed until the end of the run. */
  inconclusive: Share;
  /** From the run's start to the pass, of those that passed first. */
  minutesToPass: Spread;
}

/** @param isHarm whether the effect is one that a rule ought to find */
export function measure(outcomes: readonly Outcome[], isHarm: boolean): Measures {
  const isFalseAlarm = ({ failedAt, onset }: Outcome, within = Infinity): boolean =>
    failedAt !== null && failedAt <= Math.min(within, isHarm ? onset : Infinity);
  const count = (is: (outcome: Outcome) => boolean): Share =>
    shareOf(outcomes.filter(is).length, outcomes.length);
  const found = isHarm ? outcomes.filter((outcome) => !isFalseAlarm(outcome)) : [];
  return {
    runs: outcomes.length,
    falseAlarmsInAnHour: count((outcome) => isFalseAlarm(outcome, 60 * ticksPerMinute)),
    falseAlarms: count((outcome) => isFalseAlarm(outcome)),
    minutes: spreadOf(
      found.map(({ failedAt, onset }) =>
        failedAt === null ? Infinity : (failedAt - onset) / ticksPerMinute,
      ),
    ),
    requests: spreadOf(found.map(({ failedAt, exposed }) => (failedAt === null ? Infinity : exposed))),
    missed: count(({ failedAt }) => isHarm && failedAt === null),
    falsePasses: count(
      (outcome) => isHarm && (outcome.passedAt ?? 0) > outcome.onset && passesFirst(outcome),
    ),
    inconclusive: count(({ failedAt, passedAt }) => failedAt === null && passedAt === null),
    minutesToPass: spreadOf(
      outcomes.map((outcome) => (passesFirst(outcome) ? (outcome.passedAt ?? 0) / ticksPerMinute : Infinity)),
    ),
  };
}

function passesFirst({ failedAt, passedAt }: Outcome): boolean {
  return passedAt !== null && passedAt <= (failedAt ?? Infinity);
}

function shareOf(count: number, all: number): Share {
  return { count, share: all === 0 ? 0 : count / all, ...wilson(count, all) };
}

/** NaN of no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  return { median: quantile(0.5), p90: quantile(0.9) };
}
