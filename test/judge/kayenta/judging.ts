import type { KayentaConfig } from '../../../src/judge/kayenta/config.ts';
import {
  judgeKayenta,
  type JudgeOptions,
  type KayentaResult,
} from '../../../src/judge/kayenta/judge-pairs.ts';
import { javaNoise } from '../../../src/judge/kayenta/noise.ts';
import { readSettings } from '../../../src/judge/kayenta/settings.ts';

export interface Judged {
  canary: number[];
  baseline: number[];
  /** `analysisConfigurations.canary`. */
  settings?: Record<string, unknown>;
  groups?: string[];
}

/** Judges metrics that are called m0, m1, … */
export function judge(
  metrics: Judged[],
  { weights = {}, ...options }: Partial<JudgeOptions> & { weights?: Record<string, number> } = {},
): KayentaResult {
  const config: KayentaConfig = {
    metrics: metrics.map(({ settings = {}, groups = ['all'] }, at) => ({
      name: `m${at}`,
      groups,
      settings: readSettings({ canary: settings }),
    })),
    groupWeights: weights,
  };
  const pairs = metrics.map(({ canary, baseline }, at) => ({ name: `m${at}`, tags: {}, canary, baseline }));
  return judgeKayenta(config, pairs, {
    mode: 'strict',
    thresholds: { pass: 75, marginal: 50 },
    seed: 1,
    ...options,
  });
}

/** Draws points around 100 with a standard deviation of 10, the same ones for the same seed. */
export function drawing(seed: number): (count: number) => number[] {
  const noise = javaNoise(seed);
  return (count) => Array.from({ length: count }, () => 100 + 10 * noise());
}

export const calm = [10, 11, 9, 10.5, 9.5, 10.2, 9.8];
export const doubled = calm.map((value) => value * 2);
