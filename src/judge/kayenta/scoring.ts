import type { MetricVerdict, VerdictKind } from '../verdict.ts';
import type { KayentaConfig, Mode, ScoreThresholds } from './config.ts';
import type { ArmPoints, Forming } from './points.ts';

/** What verdicts call the score; no metric may be called so. */
export const scoreName = 'Kayenta';

/** The most points that are held of each arm of a metric: the state goes through history with each chapter. */
export const mostPoints = 200;

/** How a rollout is judged by the score of Kayenta's judge. */
export interface Scoring {
  config: KayentaConfig;
  /** A score that is not above `marginal` fails, one from `pass` on passes. */
  thresholds: ScoreThresholds;
  mode: Mode;
  /** What makes one point, ms. */
  step: number;
  /** Points from look to look, at least 1. */
  interval: number;
  /** Points that a look sees, the newest ones, at most {@link mostPoints}. */
  points: number;
}

/** What is carried of the score. */
export interface ScoreEvidence {
  /** End of the last tick, ms since 1970; null before the first. */
  until: number | null;
  /** Of this weight, by metric, oldest first; all of one length. */
  points: Record<string, ArmPoints>;
  /** The point that the ticks are gathered for; null before its first tick. */
  forming: Forming | null;
  /** Points since the last look. */
  fresh: number;
  /** What the last look at this weight said; a `fail` stands until the weight changes. */
  last: ScoreLook | null;
  /** Why the newest tick gave no signal; null if it gave one. */
  gap: string | null;
  /** An earlier weight was looked at: that there are few points at the beginning of this one is no want of a signal. */
  goesOn: boolean;
}

/** One look at the score. */
export interface ScoreLook {
  kind: VerdictKind;
  because: string;
  /** What the score is made of, for the report. */
  metrics: MetricVerdict[];
}

/** Nothing gathered, of metrics of these names. */
export function noScore(names: readonly string[]): ScoreEvidence {
  const points = Object.fromEntries(names.map((name) => [name, { canary: [], stable: [] }]));
  return { until: null, points, forming: null, fresh: 0, last: null, gap: null, goesOn: false };
}

/**
 * Each weight is judged by its own points. The test takes the points of an arm for alike: half of them from before, a
 * canary three times as bad at the new weight would pass.
 */
export function scoreAtNewStep({ until, points, last, goesOn }: ScoreEvidence): ScoreEvidence {
  return { ...noScore(Object.keys(points)), until, goesOn: goesOn || last !== null };
}
