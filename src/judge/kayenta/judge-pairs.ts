import { classify, netflix, type Classification, type Comparison } from './classify.ts';
import type { KayentaConfig, KayentaMetric, Mode, ScoreThresholds } from './config.ts';
import { KayentaRefused, KayentaThrows, type Refusal } from './errors.ts';
import { javaNoise } from './noise.ts';
import type { Pair } from './pairs.ts';
import { prepare } from './prepare.ts';
import { classifyScore, scoreOf, type GroupScore } from './score.ts';
import { summary, type Summary } from './statistics.ts';
import { refusedData, refusedPass } from './strict-data.ts';
import { refusedConfig, refusedPairs } from './strict.ts';

export interface KayentaResult {
  /** 0 to 100, with two decimals. */
  score: number;
  classification: 'Pass' | 'Marginal' | 'Fail';
  /** Why the score is 0 whatever the groups say; else empty. */
  reason: string;
  groups: GroupScore[];
  /** One for each metric and its tags, in the order of the pairs. */
  metrics: MetricResult[];
}

export interface MetricResult extends Classification {
  name: string;
  tags: Readonly<Record<string, string>>;
  groups: readonly string[];
  muted: boolean;
  /** Of the values as they were compared. */
  canary: Summary;
  baseline: Summary;
}

export interface JudgeOptions {
  mode: Mode;
  thresholds: ScoreThresholds;
  /** Of the noise that `compat` adds where both arms are constant; a whole number. */
  seed: number;
}

/**
 * Kayenta's NetflixACAJudge-v1.0: whether the canary's metrics differ from the baseline's in the direction of harm, and
 * a score. `compat` is that judge to the last digit, traps and all; `strict` refuses the traps, and finds shifts
 * exactly, at every scale.
 *
 * @throws {KayentaRefused} in `strict`, with every trap that was found, first those of the configuration
 * @throws {KayentaThrows} in `compat` where Kayenta's judge throws too, and in both for a pair that is in no metric
 */
export function judgeKayenta(
  config: KayentaConfig,
  pairs: readonly Pair[],
  { mode, thresholds, seed }: JudgeOptions,
): KayentaResult {
  if (mode === 'strict') refuse([...refusedConfig(config, thresholds), ...refusedPairs(config, pairs)]);
  const judged = pairs.map((pair) => preparedOf(config, pair));
  if (mode === 'strict') refuse(judged.flatMap(refusalsOf));
  const how: Comparison = {
    ...netflix,
    search: mode === 'strict' ? 'exact' : { noise: javaNoise(seed) },
  };
  const metrics = judged.map((one) => resultOf(one, how));
  if (mode === 'strict') refuse(judged.flatMap((one, at) => refusedPassOf(one, metrics[at])));
  const { score, reason, groups } = scoreOf(
    metrics.filter(({ muted }) => !muted),
    config.groupWeights,
  );
  return { score, classification: classifyScore(score, thresholds), reason, groups, metrics };
}

interface Prepared {
  metric: KayentaMetric;
  pair: Pair;
  canary: number[];
  baseline: number[];
}

function preparedOf({ metrics }: KayentaConfig, pair: Pair): Prepared {
  const metric = metrics.find(({ name }) => name === pair.name);
  if (metric === undefined) {
    const known = metrics.map(({ name }) => name).join(', ');
    throw new KayentaThrows(`metric ${pair.name}: the configuration has ${known}`);
  }
  return {
    metric,
    pair,
    canary: prepare(pair.canary, metric.settings),
    baseline: prepare(pair.baseline, metric.settings),
  };
}

function refusalsOf({ metric, pair, ...prepared }: Prepared): Refusal[] {
  return refusedData(metric, pair, prepared);
}

function refusedPassOf({ metric, pair, ...prepared }: Prepared, result: MetricResult | undefined): Refusal[] {
  return result?.classification === 'Pass' ? refusedPass(metric, pair, prepared, result) : [];
}

function refuse(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw new KayentaRefused(refusals);
}

function resultOf({ metric, pair, canary, baseline }: Prepared, how: Comparison): MetricResult {
  const { groups, settings } = metric;
  return {
    name: pair.name,
    tags: pair.tags,
    groups,
    muted: settings.muted,
    ...classify(pair.name, canary, baseline, settings, how),
    canary: summary(canary),
    baseline: summary(baseline),
  };
}
