import type { ComparedEvidence } from './compared/evidence.ts';
import type { ThresholdEvidence } from './evidence.ts';
import type { ScoreEvidence } from './kayenta/scoring.ts';
import type { LimitedEvidence } from './limited/evidence.ts';

/** What is carried from chapter to chapter: plain, small, by metric name, and by `scoreName` for the score. */
export type JudgeState = Record<string, MetricEvidence>;

/** One metric's evidence, or that of all scored ones together. */
export type MetricEvidence = ThresholdEvidence | LimitedEvidence | ComparedEvidence | ScoreEvidence;
