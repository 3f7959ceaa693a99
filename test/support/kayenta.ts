import type { RolloutSpec } from '../../src/spec/schema.ts';

type KayentaJudge = Exclude<Extract<RolloutSpec['judge'], { type: 'kayenta' }>, { mode: 'compat' }>;

/** A configuration of Kayenta's that scores one metric, by which more is worse. */
export function scoring(metric: string): KayentaJudge['config'] {
  return {
    name: 'shop',
    applications: ['shop'],
    judge: { name: 'NetflixACAJudge-v1.0' },
    metrics: [
      {
        name: metric,
        groups: ['errors'],
        analysisConfigurations: { canary: { direction: 'increase', critical: true } },
      },
    ],
    classifier: { groupWeights: { errors: 100 }, scoreThresholds: { pass: 80, marginal: 50 } },
  };
}
