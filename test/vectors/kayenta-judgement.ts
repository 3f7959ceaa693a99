import { KayentaThrows } from '../../src/judge/kayenta/errors.ts';
import { judgeKayenta, type KayentaResult, type MetricResult } from '../../src/judge/kayenta/judge-pairs.ts';
import type { ScoreThresholds } from '../../src/judge/kayenta/config.ts';
import { readSettings } from '../../src/judge/kayenta/settings.ts';
import { differences, series, type Adapter, type Vector } from './vector.ts';

interface JudgedMetric {
  name: string;
  groups?: string[];
  canary?: unknown;
  experiment: unknown;
  control: unknown;
}

/** A whole judgement, in the mode that reproduces Kayenta. Where chance decides, over many seeds. */
export const judgement: Adapter = (vector) => {
  const { expected } = vector;
  if ('throws' in expected) return throws(vector);
  if (vector['nondeterministic'] !== true) return compared(judged(vector, 0), vector);
  const seeds = Array.from({ length: 500 }, (_, seed) => compared(judged(vector, seed), vector));
  return seeds.some((found) => found.length === 0) ? [] : (seeds[0] ?? []);
};

function judged(vector: Vector, seed: number): KayentaResult {
  const { groupWeights, scoreThresholds } = vector.params;
  const metrics = metricsOf(vector);
  return judgeKayenta(
    {
      metrics: metrics.map(({ name, groups = [], canary }) => ({
        name,
        groups,
        settings: readSettings({ canary }),
      })),
      groupWeights: (groupWeights ?? {}) as Record<string, number>,
    },
    metrics.map(({ name, experiment, control }) => ({
      name,
      tags: {},
      canary: series(experiment),
      baseline: series(control),
    })),
    { mode: 'compat', thresholds: scoreThresholds as ScoreThresholds, seed },
  );
}

function metricsOf(vector: Vector): JudgedMetric[] {
  const several = (vector['metrics'] ?? vector.params['metrics']) as JudgedMetric[] | undefined;
  if (several !== undefined) return several;
  const one = vector.params['metric'] as Partial<JudgedMetric>;
  return [{ name: 'm', ...one, experiment: vector['experiment'], control: vector['control'] }];
}

function throws(vector: Vector): string[] {
  try {
    judged(vector, 0);
    return ['found a result, expected Kayenta to throw'];
  } catch (error) {
    if (error instanceof KayentaThrows) return [];
    throw error;
  }
}

function compared(found: KayentaResult, vector: Vector): string[] {
  const { expected } = vector;
  const metrics = expected['metrics'] as Record<string, unknown>[];
  const groups = expected['groups'] as { name: string; score: number }[];
  return [
    ...differences('score', found.score, expected['score'], 1e-9),
    ...differences('classification', found.classification, expected['classification']),
    ...differences('reason', found.reason, expected['reason']),
    ...differences('metrics', found.metrics.length, metrics.length),
    ...differences('groups', found.groups.length, groups.length),
    ...groups.flatMap(({ name, score }) =>
      differences(`group ${name}`, found.groups.find((group) => group.name === name)?.score, score, 1e-9),
    ),
    ...metrics.flatMap((metric, at) => comparedMetric(found.metrics[at], metric)),
  ];
}

function comparedMetric(found: MetricResult | undefined, expected: Record<string, unknown>): string[] {
  const isConstant = found?.canary.std === 0 && found.baseline.std === 0;
  return ['name', 'classification', 'critical', 'reason', 'ratio']
    .filter((key) => key in expected)
    .flatMap((key) =>
      differences(
        `${String(expected['name'])} ${key}`,
        (found as Record<string, unknown> | undefined)?.[key],
        expected[key],
        isConstant ? 1e-3 : 1e-9,
      ),
    );
}
