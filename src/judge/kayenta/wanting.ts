import { count } from '../../text/number.ts';
import type { KayentaMetric } from './config.ts';
import type { ArmPoints } from './points.ts';
import { prepare } from './prepare.ts';
import { fewestPoints } from './strict-data.ts';

/** A metric that cannot be compared yet, or not now, or whose data are refused. */
export interface Wanting {
  metric: KayentaMetric;
  kind: 'no-signal' | 'inconclusive';
  because: string;
}

/**
 * The metrics that the strict judge has too little of. More than it asks of files: an arm without any point, and one
 * whose newest point has no value, would let the others decide, or the past.
 */
export function wantingMetrics(
  metrics: readonly KayentaMetric[],
  points: Readonly<Record<string, ArmPoints>>,
): Wanting[] {
  return metrics.flatMap((metric) => {
    const { [metric.name]: of = { canary: [], stable: [] } } = points;
    const because = wants('the canary', of.canary, metric) ?? wants('stable', of.stable, metric);
    return because === null ? [] : [{ metric, kind: 'no-signal', because }];
  });
}

function wants(arm: string, points: ArmPoints['canary'], { settings }: KayentaMetric): string | null {
  const usable = prepare(values(points), settings).length;
  if (usable < fewestPoints) {
    return `${arm} has ${String(usable)} of the ${count(fewestPoints, 'point')} that a look needs`;
  }
  return points.at(-1) === null ? `${arm} has no value in its newest point` : null;
}

/** There are few points because the weight is new, and not because something could not be measured. */
export function isEarly(points: Readonly<Record<string, ArmPoints>>): boolean {
  return Object.values(points).every(
    ({ canary, stable }) => canary.length < fewestPoints && canary.at(-1) !== null && stable.at(-1) !== null,
  );
}

/** Points as the judge takes them. */
export function values(points: ArmPoints['canary']): number[] {
  return points.map((point) => point ?? NaN);
}
