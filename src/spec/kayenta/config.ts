import type { z } from 'zod';
import type { KayentaConfig, Mode, ScoreThresholds } from '../../judge/kayenta/config.ts';
import { readSettings } from '../../judge/kayenta/settings.ts';
import { compatConfig } from './compat.ts';
import { parseJson } from './json.ts';
import { strictConfig } from './strict.ts';

/** A canary configuration of Kayenta's, as its judge needs it. */
export interface CanaryConfig {
  name: string;
  judged: KayentaConfig;
  /** `classifier.scoreThresholds`, which Kayenta's judge never reads. */
  scoreThresholds: ScoreThresholds | undefined;
}

/**
 * Reads a canary configuration as Kayenta stores it, in JSON. `strict` knows every key and word; `compat` ignores what
 * it does not know, as Kayenta does.
 *
 * @param file what the text is called in messages
 * @throws {SpecError} with every problem
 * @throws {KayentaThrows} in `compat`, for a setting of the wrong type
 */
export function parseCanaryConfig(text: string, file: string, mode: Mode): CanaryConfig {
  const schema = mode === 'strict' ? strictConfig : compatConfig;
  const config = parseJson(schema, text, file);
  return {
    name: config.name,
    judged: judgedConfig(config),
    scoreThresholds: config.classifier.scoreThresholds ?? undefined,
  };
}

/**
 * A checked configuration, as the judge needs it.
 *
 * @throws {KayentaThrows} in `compat`, for a setting of the wrong type
 */
export function judgedConfig({ metrics, classifier }: Checked): KayentaConfig {
  return {
    metrics: metrics.map(({ name, groups, analysisConfigurations }) => ({
      name,
      groups,
      settings: readSettings(analysisConfigurations),
    })),
    groupWeights: classifier.groupWeights,
  };
}

type Checked = z.output<typeof strictConfig> | z.output<typeof compatConfig>;
