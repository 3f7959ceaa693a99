import type { z } from 'zod';
import type { KayentaConfig, Mode, ScoreThresholds } from '../../judge/kayenta/config.ts';
import { readSettings } from '../../judge/kayenta/settings.ts';
import { compatConfig } from './compat.ts';
import { ignoredIn } from './ignored.ts';
import { parseJson } from './json.ts';
import { strictConfig } from './strict.ts';

/** A canary configuration of Kayenta's, as its judge needs it. */
export interface CanaryConfig {
  name: string;
  judged: KayentaConfig;
  /** Of the request to execute it, or `classifier.scoreThresholds`, which Kayenta's judge never reads. */
  scoreThresholds: ScoreThresholds | undefined;
  /** What it says and nothing looks at, a sentence for each. */
  ignored: string[];
}

/**
 * Reads a canary configuration as Kayenta stores it or is sent it, in JSON. `strict` knows every setting and word of a
 * metric; `compat` ignores what it does not know, as Kayenta does.
 *
 * @param file what the text is called in messages
 * @throws {SpecError} with every problem
 * @throws {KayentaThrows} in `compat`, for a setting of the wrong type
 */
export function parseCanaryConfig(text: string, file: string, mode: Mode): CanaryConfig {
  const schema = mode === 'strict' ? strictConfig : compatConfig;
  const { read: config, raw } = parseJson(schema, text, file);
  return {
    name: config.name,
    judged: judgedConfig(config),
    scoreThresholds: config.classifier.scoreThresholds ?? undefined,
    ignored: ignoredIn(raw),
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
      name: name.normalize('NFC'),
      groups: groups.map((group) => group.normalize('NFC')),
      settings: readSettings(analysisConfigurations),
    })),
    groupWeights: Object.fromEntries(
      Object.entries(classifier.groupWeights).map(([group, weight]) => [group.normalize('NFC'), weight]),
    ),
  };
}

type Checked = z.output<typeof strictConfig> | z.output<typeof compatConfig>;
