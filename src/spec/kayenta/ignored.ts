import { quoted, pathText } from '../problem.ts';
import { isMapping } from './mapping.ts';
import { settingsKeys, knownKeys } from './strict.ts';
import { words } from './words.ts';
import { isWrapped } from './wrapped.ts';

type Path = (string | number)[];

const notRead = "Kayenta's judge does not read it";

/**
 * What a canary configuration says and Kayenta's judge does not look at, a sentence for each. Fields that are known to be
 * for others (a description, times, queries) are not among them.
 *
 * @param raw the configuration as it was written, of either mode, after it was read
 */
export function ignoredIn(raw: unknown): string[] {
  if (!isWrapped(raw)) return ofConfig(raw, []);
  const { canaryConfig, executionRequest } = raw;
  return [
    ...ofConfig(canaryConfig, ['canaryConfig']),
    ...unknownKeys(executionRequest, ['executionRequest'], ['thresholds'], 'only its thresholds are read'),
  ];
}

function ofConfig(config: unknown, path: Path): string[] {
  if (!isMapping(config)) return [];
  const { judge, classifier, metrics } = config;
  return [
    ...unknownKeys(config, path, knownKeys.config),
    ...ofJudge(judge, [...path, 'judge']),
    ...(Array.isArray(metrics)
      ? metrics.flatMap((metric, at) => ofMetric(metric, [...path, 'metrics', at]))
      : []),
    ...unknownKeys(classifier, [...path, 'classifier'], knownKeys.classifier),
  ];
}

function ofJudge(judge: unknown, path: Path): string[] {
  if (!isMapping(judge) || judge['name'] === undefined || judge['name'] === null) {
    return [sentence(path, 'it names no judge, so that Kayenta takes the first one that it has')];
  }
  const settings = unknownKeys(judge['judgeConfigurations'], [...path, 'judgeConfigurations'], []);
  return [...unknownKeys(judge, path, knownKeys.judge), ...settings];
}

function ofMetric(metric: unknown, path: Path): string[] {
  if (!isMapping(metric)) return [];
  const { analysisConfigurations: analysis } = metric;
  const at = [...path, 'analysisConfigurations'];
  return [
    ...unknownKeys(metric, path, knownKeys.metric),
    ...unknownKeys(analysis, at, ['canary']),
    ...(isMapping(analysis) ? ofSettings(analysis['canary'], [...at, 'canary']) : []),
  ];
}

function ofSettings(canary: unknown, path: Path): string[] {
  if (!isMapping(canary)) return [];
  const { effectSize, outliers, direction, nanStrategy } = canary;
  const of = (value: unknown, key: string): unknown => (isMapping(value) ? value[key] : undefined);
  return [
    ...unknownKeys(canary, path, settingsKeys.canary),
    ...unknownKeys(effectSize, [...path, 'effectSize'], settingsKeys.effectSize),
    ...unknownKeys(outliers, [...path, 'outliers'], settingsKeys.outliers),
    ...unknownWord(direction, [...path, 'direction'], words.direction),
    ...unknownWord(nanStrategy, [...path, 'nanStrategy'], words.nanStrategy),
    ...unknownWord(of(effectSize, 'measure'), [...path, 'effectSize', 'measure'], words.measure),
    ...unknownWord(of(outliers, 'strategy'), [...path, 'outliers', 'strategy'], words.outliers),
  ];
}

function unknownKeys(value: unknown, path: Path, known: readonly string[], why = notRead): string[] {
  if (!isMapping(value)) return [];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => sentence([...path, key], why));
}

function unknownWord(word: unknown, path: Path, known: readonly string[]): string[] {
  if (typeof word !== 'string' || known.includes(word)) return [];
  return [sentence(path, `Kayenta's judge does not know ${quoted(word)} and takes ${String(known.at(-1))}`)];
}

function sentence(path: Path, what: string): string {
  return `${pathText(path)}: ${what}.`;
}
