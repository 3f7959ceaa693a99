import type { MetricSettings } from './settings.ts';

/** What the judge needs of a canary configuration. */
export interface KayentaConfig {
  metrics: readonly KayentaMetric[];
  /** Of groups, in per cent of the score. The groups without one share what is left. */
  groupWeights: Readonly<Record<string, number>>;
}

export interface KayentaMetric {
  /** Unique. */
  name: string;
  groups: readonly string[];
  settings: MetricSettings;
}

/** Scores from 0 to 100. Kayenta takes them from the request to judge, never from the configuration. */
export interface ScoreThresholds {
  /** The lowest score that passes. */
  pass: number;
  /** The lowest score that is marginal. */
  marginal: number;
}

/** `strict` refuses what `compat` reproduces: the traps of Kayenta's judge. */
export type Mode = 'strict' | 'compat';
