/** How a metric of a spec is held against stable, or to limits. */
import { judgesTest } from '../domain/sources.ts';
import type { Comparison, MetricNoise } from '../judge/compared/comparing.ts';
import type { GaugeNoise } from '../judge/sequential/gauge.ts';
import type { Margins } from '../judge/sequential/ratio-test.ts';
import type { AnyMetric, CountNoise } from './metric.ts';

/** How a metric is compared with stable; undefined if it is held to limits. */
export function comparisonOf(
  metric: AnyMetric,
  { judge, splitBy }: { judge: Margins; splitBy: 'request' | 'user' },
): Comparison | undefined {
  if (!isCompared(metric)) return undefined;
  const { failAbove = judge.failAbove, passBelow = judge.passBelow, noise } = metric;
  const counted = countedOf(metric, splitBy);
  return {
    failAbove,
    passBelow,
    ...(noise === undefined ? {} : { noise: noiseOf(noise) }),
    ...(counted !== undefined && { counted }),
    ...(counted === 'requests of users' && noise === undefined && { uncovered: 'users' as const }),
  };
}

function countedOf(metric: AnyMetric, splitBy: 'request' | 'user'): Comparison['counted'] {
  if (metric.kind !== 'rate' && metric.kind !== 'latency') return undefined;
  if (metric.countBy === 'user') return 'users';
  return splitBy === 'user' ? 'requests of users' : undefined;
}

/** It is held against stable at any moment: what is read of both tracks, and has no limit of its own. */
export function isCompared(
  metric: AnyMetric,
): metric is Extract<AnyMetric, { kind: 'rate' | 'latency' | 'gauge' }> {
  return comparable(metric);
}

function comparable(metric: AnyMetric): boolean {
  if (judgesTest(metric)) return false;
  if (metric.kind === 'gauge') return true;
  if (metric.kind === 'latency') return metric.max === undefined;
  return metric.kind === 'rate' && limits.every((key) => metric[key] === undefined);
}

/** How much more the events of a metric with a limit vary than independent ones; undefined where nobody says. */
export function dispersionOf(metric: AnyMetric): number | undefined {
  const { kind } = metric;
  if (kind !== 'rate' && kind !== 'latency') return undefined;
  return comparable(metric) ? undefined : metric.noise?.dispersion;
}

/** What holds a metric to limits. */
export const limits = ['max', 'min', 'maxRatio', 'minRatio'] as const;

function noiseOf(noise: CountNoise | GaugeNoise): MetricNoise {
  if ('sd' in noise) return { gauge: noise };
  const { dispersion, wander } = noise;
  return {
    counts: {
      dispersion,
      wander: wander === undefined ? { sd: 0, minutes: 1 } : { sd: wander.sd, minutes: wander.for / 60_000 },
    },
  };
}
