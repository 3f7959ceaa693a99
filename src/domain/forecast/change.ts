import type { Measured } from '../../judge/criteria.ts';
import type { ForecastPlan } from './plan.ts';

/** What could be changed in a plan. */
export type Change =
  { kind: 'sample'; metric: string; minSample: number } | { kind: 'patience'; hold: number } | LongerBake;

/** A longer bake of one step, alone or with something else that makes it less long. */
export type LongerBake = {
  step: number;
  /** Of the bake, in milliseconds. */
  max: number;
  /** How long a rollout may go without a signal, in milliseconds. */
  hold: number;
} & ({ kind: 'time' } | { kind: 'weight'; weight: number } | { kind: 'margin'; passBelow: number });

/** The plan as it would be. */
export function applied(plan: ForecastPlan, change: Change): ForecastPlan {
  if (change.kind === 'sample') {
    return withMetrics(plan, (metric) =>
      metric.name === change.metric ? { ...metric, minSample: change.minSample } : metric,
    );
  }
  const patient = { ...plan, onNoSignal: { ...plan.onNoSignal, hold: change.hold } };
  if (change.kind === 'patience') return patient;
  const steps = plan.steps.map((step, at) => {
    if (at !== change.step || step.kind === 'gate') return step;
    const bake = { ...step.bake, max: change.max };
    return change.kind === 'weight' ? { ...step, bake, weight: change.weight } : { ...step, bake };
  });
  const timely = { ...patient, steps };
  return change.kind === 'margin' ? withMargin(timely, change.passBelow) : timely;
}

function withMargin(plan: ForecastPlan, passBelow: number): ForecastPlan {
  return withMetrics(plan, (metric) => {
    const { comparison } = metric;
    if (comparison === undefined || comparison.passBelow >= passBelow) return metric;
    return { ...metric, comparison: { ...comparison, passBelow } };
  });
}

function withMetrics(plan: ForecastPlan, change: (metric: Measured) => Measured): ForecastPlan {
  return { ...plan, metrics: plan.metrics.map(change) };
}
