import { sleep } from '@temporalio/activity';
import type { LoadPlan, Plan } from '../src/spec/schema.ts';
import type { LoadTurns } from './load-turns.ts';
import type { Adapters, Deployer, Grants, Load, Metrics, Notifier, Traffic } from './ports.ts';

/** What the activities work with: the adapters of this worker, what specs may use of it, and its clock. */
export interface Outside {
  adapters: Adapters;
  grants: Grants;
  clock: Clock;
  loadTurns: LoadTurns;
}

/** The time that windows and deadlines are held against. */
export interface Clock {
  /** ms since 1970 */
  now(): number | Promise<number>;
  /** Ends early, by a rejection, when the activity is cancelled. */
  sleep(ms: number): Promise<void>;
  /**
   * The same clock from now on, whatever becomes of the machine's own meanwhile.
   *
   * @param least what time it is at least (ms since 1970), as others say
   */
  steady?(least: number): Clock;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep,
  steady(least) {
    const from = Math.max(least, Date.now());
    const began = performance.now();
    return { now: () => from + Math.round(performance.now() - began), sleep };
  },
};

export function deployerOf(plan: Pick<Plan, 'target'>, { adapters, grants }: Outside): Deployer {
  return adapters.deployers[plan.target.type](plan.target, grants);
}

/** Null where the target alone decides what the canary gets. */
export function trafficOf(plan: Pick<Plan, 'traffic'>, { adapters, grants }: Outside): Traffic | null {
  return plan.traffic === undefined ? null : adapters.traffic[plan.traffic.type](plan.traffic, grants);
}

export function loadOf(plan: LoadPlan, { adapters, grants }: Outside): Load {
  const connect = adapters.load[plan.type] as (plan: LoadPlan, grants: Grants) => Load;
  return connect(plan, grants);
}

export function metricsOf(metric: Plan['metrics'][number], { adapters, grants }: Outside): Metrics {
  const connect = adapters.metrics[metric.source.type] as (plan: typeof metric, grants: Grants) => Metrics;
  return connect(metric, grants);
}

export function notifierOf(plan: Plan['notify'][number], { adapters, grants }: Outside): Notifier {
  return adapters.notifiers[plan.type](plan, grants);
}
