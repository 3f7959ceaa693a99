import { comparesWithStable, withoutStable } from '../judge/criteria.ts';
import type { Comparison } from '../judge/compared/comparing.ts';
import { judgesTest } from '../domain/sources.ts';
import { completeJudge, scoredNames } from './judges.ts';
import { comparisonOf, dispersionOf } from './comparison.ts';
import { withServer, type Connected } from './prometheus/with-server.ts';
import type { Shape } from './shape.ts';
import { completeSteps } from './step.ts';
import { completeTarget, completeTraffic } from './target.ts';

/** What is left to the author, filled in: nothing in a plan waits for a default. */
export function complete({ prometheus, tracks, keepStable, ...spec }: Shape) {
  const traffic = spec.traffic ?? completeTraffic(spec.target);
  const judge = completeJudge(spec.judge);
  const scored = scoredNames(spec.judge);
  const metrics = judgesLoad(spec) ? spec.metrics : [...spec.metrics, loadErrors];
  return {
    ...spec,
    target: completeTarget(spec.target, traffic !== undefined),
    ...(traffic === undefined ? {} : { traffic }),
    judge,
    metrics: metrics.map((metric): Judged<Connected<typeof metric>> => {
      const reachable = withServer(metric, prometheus, tracks);
      const comparison = comparisonOf(metric, { judge, splitBy: spec.splitBy });
      const dispersion = dispersionOf(metric);
      const judged = {
        ...reachable,
        ...(dispersion !== undefined && { dispersion }),
        ...(scored.has(metric.name) ? { scored: true as const } : comparison !== undefined && { comparison }),
      };
      if (spec.despite === undefined || !comparesWithStable(judged)) return judged;
      return { ...withoutStable(judged), uncompared: true };
    }),
    steps: completeSteps({ ...spec, keepStable }),
  };
}

/** A metric that knows how it is held against stable, if it is. */
type Judged<Metric> = Metric & {
  comparison?: Comparison | undefined;
  dispersion?: number;
  scored?: true | undefined;
  uncompared?: true;
};

function judgesLoad({ load, metrics }: Pick<Shape, 'load' | 'metrics'>): boolean {
  return load === undefined || metrics.some(judgesTest);
}

/**
 * What a load is held to where no metric of the spec reads its report. Nothing unknown passes, and a test whose
 * requests fail is no pass.
 */
export const loadErrors = {
  name: 'load-errors',
  kind: 'rate',
  gating: true,
  source: { type: 'load' },
  max: 0.01,
  minSample: 1,
} satisfies Shape['metrics'][number];
