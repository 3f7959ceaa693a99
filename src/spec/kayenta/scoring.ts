import { z } from 'zod';
import type { KayentaConfig, ScoreThresholds } from '../../judge/kayenta/config.ts';
import { KayentaThrows } from '../../judge/kayenta/errors.ts';
import { prepare } from '../../judge/kayenta/prepare.ts';
import { mostPoints, type Scoring } from '../../judge/kayenta/scoring.ts';
import { refusedConfig } from '../../judge/kayenta/strict.ts';
import { duration } from '../values.ts';
import { compatConfig } from './compat.ts';
import { judgedConfig } from './config.ts';
import { strictConfig } from './strict.ts';

const anyScore = 'a score from 0 to 100';
const score = z.number(anyScore).min(0, anyScore).max(100, anyScore);

const settings = {
  type: z.literal('kayenta'),
  step: duration.prefault('1m').describe('What makes one point: the ticks of so long are taken together'),
  interval: duration.optional().describe('From look to look; by default at each new point'),
  lookback: duration
    .optional()
    .describe('How much a look sees: the window slides. Without, it grows from the beginning of the weight'),
  scoreThresholds: z
    .strictObject({
      pass: score.describe('The lowest score that passes'),
      marginal: score.describe('The highest score that fails'),
    })
    .optional()
    .describe('By default classifier.scoreThresholds of the configuration'),
};

const choice = z.discriminatedUnion('mode', [
  z.strictObject({
    ...settings,
    mode: z.literal('strict').optional().describe("Refuses the traps of Kayenta's judge"),
    config: strictConfig.describe('A canary configuration, as Kayenta stores it'),
  }),
  z.strictObject({
    ...settings,
    mode: z.literal('compat').describe("Kayenta's judge as it is, traps and all"),
    config: compatConfig.describe('A canary configuration, as Kayenta stores it'),
  }),
]);

/** Kayenta's judge, by a canary configuration of Kayenta's. What it could not judge by is refused here. */
export const kayentaJudge = choice
  .transform((judge, context) => {
    const { mode = 'strict' } = judge;
    const thresholds = usableThresholds(judge, context);
    const config = usableConfig(judge, context);
    if (thresholds === undefined || config === undefined) return z.NEVER;
    if (mode === 'strict') refuseTraps(config, thresholds, context);
    return { ...judge, mode, config, scoreThresholds: thresholds };
  })
  .describe("Kayenta's judge: the metrics that its configuration names are scored together");

type Given = z.output<typeof choice>;

function usableThresholds(
  { scoreThresholds, config }: Given,
  context: z.RefinementCtx,
): ScoreThresholds | undefined {
  const path = scoreThresholds ? ['scoreThresholds'] : ['config', 'classifier', 'scoreThresholds'];
  const thresholds = scoreThresholds ?? config.classifier.scoreThresholds ?? undefined;
  const expected = '0 ≤ marginal ≤ pass ≤ 100, here or in scoreThresholds of the judge';
  if (thresholds === undefined) {
    context.addIssue({ code: 'custom', path, message: expected });
    return undefined;
  }
  const { pass, marginal } = thresholds;
  if (marginal >= 0 && marginal <= pass && pass <= 100) return thresholds;
  const found = `pass ${String(pass)} and marginal ${String(marginal)}`;
  context.addIssue({ code: 'custom', path, message: expected, params: { found } });
  return undefined;
}

/** The settings of each metric are read, and tried on no data. */
function usableConfig({ config }: Given, context: z.RefinementCtx): KayentaConfig | undefined {
  try {
    const judged = judgedConfig(config);
    for (const { settings } of judged.metrics) prepare([], settings);
    return judged;
  } catch (error) {
    if (!(error instanceof KayentaThrows)) throw error;
    const found = `what Kayenta's judge throws at (${error.message})`;
    const message = 'settings that it can read';
    context.addIssue({ code: 'custom', path: ['config'], message, params: { found } });
    return undefined;
  }
}

function refuseTraps(config: KayentaConfig, thresholds: ScoreThresholds, context: z.RefinementCtx): void {
  for (const { sentence } of refusedConfig(config, thresholds)) {
    const message = 'a configuration without that (mode: compat takes it as Kayenta does)';
    const found = sentence.replace(/\.$/, '');
    context.addIssue({ code: 'custom', path: ['config'], message, params: { found } });
  }
}

export type KayentaJudge = z.output<typeof kayentaJudge>;

/** How the rollout is scored. */
export function scoringOf(judge: KayentaJudge): Scoring {
  const { config, scoreThresholds: thresholds, mode, step, interval = step, lookback } = judge;
  return {
    config,
    thresholds,
    mode,
    step,
    interval: Math.ceil(interval / step),
    points: lookback === undefined ? mostPoints : Math.floor(lookback / step),
  };
}
