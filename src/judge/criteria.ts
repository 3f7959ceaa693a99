import { withNoiseOf, type Comparison, type MetricNoise } from './compared/comparing.ts';
import { own } from './own.ts';

/** What the judge holds one metric to. Rates and ratios are fractions of one, latencies milliseconds. */
export interface Criterion {
  name: string;
  kind: 'status' | 'rate' | 'value' | 'latency' | 'gauge';
  gating: boolean;
  /** Statuses that are good (kind `status`). */
  ok?: string[] | undefined;
  /** Which percentile must lie below `max` (kind `latency`); 99 by default. */
  percentile?: number | undefined;
  max?: number | undefined;
  min?: number | undefined;
  /** How much more its events vary than independent ones, from 1 on; absent where the ticks have to show it. */
  dispersion?: number | undefined;
  /** The same as stable's past shows it: the ticks may show more. Absent where nobody has looked. */
  usualDispersion?: number | undefined;
  /** Times stable's value, at most. */
  maxRatio?: number | undefined;
  /** Times stable's value, at least. */
  minRatio?: number | undefined;
  /**
   * Exposures (rate, latency) that a verdict needs at a weight, or exposures or ticks that make one look; 1 by default. Less
   * is no signal.
   */
  minSample?: number | undefined;
  /** Judged look by look: failed looks at which the verdict is `fail`; by default the first one, and none for `status`. */
  failures?: { consecutive?: number | undefined; total?: number | undefined } | undefined;
  /** Held against stable at any moment, in the place of the limits above. */
  comparison?: Comparison | undefined;
  /** Judged with others by a score, in the place of the limits above. */
  scored?: boolean | undefined;
  /** The spec compares it with stable, but stable is dead: the comparison is left out. */
  uncompared?: boolean | undefined;
}

/** A metric of the plan, as far as the judge is concerned. */
export type Measured = Criterion & { source: { type: string } };

/** It is judged by stable too: both tracks must be measured. */
export function comparesWithStable({ comparison, scored, maxRatio, minRatio }: Criterion): boolean {
  return [comparison, scored, maxRatio, minRatio].some((way) => way !== undefined);
}

/** How live traffic is split: per cent of it for the canary and for the baseline; an audience comes on top. */
interface Shares {
  weight: number;
  audience: object | null;
  baseline?: number | undefined;
}

/**
 * What a bake is judged by, of the metrics that judge bakes. At weight 100 no
 * stable traffic is left to compare with: only absolute conditions decide there, and a metric that has none is
 * reported. The canary's share of the requests of both arms is checked where the weight alone decides it.
 */
export function bakeCriteria(
  metrics: readonly Measured[],
  { weight, audience, baseline }: Shares,
): Criterion[] {
  const criteria = metrics.map(criterion);
  if (weight === 100) return criteria.map(withoutStable);
  if (weight === 0 || audience !== null) return criteria;
  const share = weight / (baseline === undefined ? 100 : weight + baseline);
  return criteria.map((one) => withShare(one, share));
}

/**
 * What is watched while the canary's copies are young: absolute limits, each for itself. What is compared would show how young
 * they are, and nothing else.
 */
export function warmUpCriteria(criteria: readonly Criterion[]): Criterion[] {
  return criteria
    .filter(({ kind, max, min }) => kind === 'status' || max !== undefined || min !== undefined)
    .map(withoutStable);
}

/** It is compared, and the spec does not say how much it varies while nothing changes. */
export function lacksNoise({ comparison }: Pick<Criterion, 'comparison'>): boolean {
  return comparison !== undefined && comparison.noise === undefined;
}

/** The same metrics, with what stable's past says of those that the spec says nothing of. */
export function withNoise<Metric extends Measured>(
  metrics: readonly Metric[],
  known: Readonly<Record<string, MetricNoise>> = {},
): Metric[] {
  return metrics.map((metric) => {
    const noise = own(known, metric.name);
    if (noise === undefined) return metric;
    if (metric.comparison === undefined) return { ...metric, usualDispersion: noise.dispersion };
    return { ...metric, comparison: withNoiseOf(metric.comparison, noise) };
  });
}

/** What the load against the canary alone is judged by, of the metrics that judge that. */
export function testCriteria(metrics: readonly Measured[]): Criterion[] {
  return metrics.map(criterion).map(withoutStable);
}

function criterion({ source: _source, ...plan }: Measured): Criterion {
  return plan;
}

/** Its absolute limits alone; a metric that has none is reported. */
export function withoutStable<One extends Criterion>(criterion: One): One {
  if (!comparesWithStable(criterion)) return criterion;
  const decides = criterion.max !== undefined || criterion.min !== undefined;
  return {
    ...criterion,
    comparison: undefined,
    scored: undefined,
    maxRatio: undefined,
    minRatio: undefined,
    gating: criterion.gating && decides,
  };
}

function withShare(criterion: Criterion, share: number): Criterion {
  const { comparison } = criterion;
  return comparison === undefined ? criterion : { ...criterion, comparison: { ...comparison, share } };
}
