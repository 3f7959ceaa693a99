import type { Risk } from '../../judge/compared/comparing.ts';
import type { Measured } from '../../judge/criteria.ts';
import { judgesTest } from '../sources.ts';
import { runsAtFirst, type BakeStep, type Step } from '../steps.ts';

/** What of a plan decides how long a rollout takes and what it finds. */
export interface ForecastPlan {
  /** Milliseconds between two looks. */
  every: number;
  first: boolean;
  metrics: readonly Measured[];
  steps: readonly Step[];
  judge: Risk;
  /** What the canary is compared with. */
  baseline: 'stable' | 'fresh';
  onNoSignal: { hold: number; then: 'pause' | 'roll-back' };
  /** Against the canary alone; a rate in requests a second, absent where nobody knows it, and its milliseconds. */
  load?: { rate?: number | undefined; duration: number } | undefined;
}

/** What is known of the system while nothing is wrong. */
export interface Usual {
  /** Requests a second of stable and canary together; above 0. */
  rps: number;
  /** The share of events, above 0 and below 1, by the name of the metric (kind `rate`, and `latency` with a limit). */
  rates: Record<string, number>;
  /** The mean, above 0, by the name of the metric (kind `gauge`). */
  means: Record<string, number>;
}

/** A metric that is not simulated: it is taken to be good all along. */
export interface LeftOut {
  name: string;
  why: string;
}

/** Which metrics decide the bakes and can be simulated, and which are left out. */
export function sorted(
  { metrics, load }: ForecastPlan,
  usual: Usual,
): { simulated: readonly Measured[]; leftOut: readonly LeftOut[] } {
  const reasons = metrics.map((metric) => whyLeftOut(metric, usual, load));
  return {
    simulated: metrics.filter((_, at) => reasons[at] === null),
    leftOut: metrics.flatMap(({ name }, at) => {
      const why = reasons[at];
      return typeof why === 'string' ? [{ name, why }] : [];
    }),
  };
}

function whyLeftOut(metric: Measured, { means, rates }: Usual, load: ForecastPlan['load']): string | null {
  const { name, kind, gating, scored, uncompared, max, min, minRatio, comparison } = metric;
  const isKnown = Object.hasOwn(rates, name);
  if (judgesTest(metric) && !(gating && kind === 'rate' && isKnown && load?.rate !== undefined))
    return 'judges the load before any live traffic';
  if (!gating && uncompared === true) return 'is not compared with stable, which the spec says is dead';
  if (!gating) return 'is reported and decides nothing';
  if (scored !== undefined) return "is judged by Kayenta's score";
  if (kind === 'status' || kind === 'value') return `is a ${kind}, of which no rate is known`;
  if (min !== undefined || minRatio !== undefined) return 'has a lower limit, of which no rate is known';
  if (kind === 'latency' && max !== undefined && !isKnown)
    return `has a limit, and how many requests take longer is not known: give --rate ${name}=SHARE`;
  if (kind === 'gauge' && comparison?.noise?.gauge !== undefined && !Object.hasOwn(means, name)) {
    return `is a gauge whose usual mean is not known: give --mean ${name}=NUMBER`;
  }
  return null;
}

/** Metrics that read the same of the same source: what harms one of them harms them all. */
export function alike(metrics: readonly Measured[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { name, kind, source } of metrics) {
    const key = JSON.stringify([kind, source]);
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()];
}

/** The steps that bake, with their place among all; gates take no time. */
export function bakes({ steps, first }: ForecastPlan): { at: number; step: BakeStep }[] {
  return steps.flatMap((step, at) =>
    step.kind === 'bake' && (!first || runsAtFirst(step)) ? [{ at, step }] : [],
  );
}
