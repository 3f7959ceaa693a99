import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { LoadPlan, MetricPlan, NotifyPlan, Plan } from '../src/spec/schema.ts';
import { connect } from './declared.ts';
import type { LoadTurns } from './load-turns.ts';
import type {
  Adapter,
  Adapters,
  Deployer,
  Grants,
  Load,
  Metrics,
  Notifier,
  Registry,
  Traffic,
  Use,
} from './ports.ts';

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
  /** Ends early: by a rejection when the activity is cancelled, and at this signal. */
  sleep(ms: number, ends?: AbortSignal): Promise<void>;
  /**
   * The same clock from now on, whatever becomes of the machine's own meanwhile.
   *
   * @param least what time it is at least (ms since 1970), as others say
   */
  steady?(least: number): Clock;
}

async function sleep(ms: number, ends?: AbortSignal): Promise<void> {
  const cancelled = cancellationSignal();
  const signal = ends === undefined ? cancelled : AbortSignal.any([cancelled, ends]);
  await delay(ms, undefined, { signal }).catch(() => {
    cancelled.throwIfAborted();
  });
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

export function deployerOf({ target }: Pick<Plan, 'target'>, { adapters, grants }: Outside): Deployer {
  return connect(chosen(adapters.deployers, target), target, grants, `target ${target.type}`);
}

/** Null where the target alone decides what the canary gets. */
export function trafficOf({ traffic }: Pick<Plan, 'traffic'>, { adapters, grants }: Outside): Traffic | null {
  if (traffic === undefined) return null;
  return connect(chosen(adapters.traffic, traffic), traffic, grants, `traffic ${traffic.type}`);
}

export function loadOf(plan: LoadPlan, { adapters, grants }: Outside): Load {
  return connect(chosen(adapters.load, plan), plan, grants, `load ${plan.type}`);
}

export function metricsOf(metric: MetricPlan, { adapters, grants }: Outside): Metrics {
  return connect(measuring(adapters, metric), metric, grants, `source ${metric.source.type}`);
}

export function notifierOf(plan: NotifyPlan, { adapters, grants }: Outside): Notifier {
  return connect(chosen(adapters.notifiers, plan), plan, grants, `notify ${plan.type}`);
}

/** Everything that the adapters of a plan declare that they use, each with its place in the spec. */
export function usesOf({ target, traffic, load, metrics, notify }: Plan, adapters: Adapters): Use[] {
  return [
    ...under('target', chosen(adapters.deployers, target).uses(target)),
    ...(traffic === undefined ? [] : under('traffic', chosen(adapters.traffic, traffic).uses(traffic))),
    ...(load === undefined ? [] : under('load', chosen(adapters.load, load).uses(load))),
    ...metrics.flatMap((metric, at) =>
      under(`metrics[${String(at)}]`, measuring(adapters, metric).uses(metric)),
    ),
    ...notify.flatMap((plan, at) =>
      under(`notify[${String(at)}]`, chosen(adapters.notifiers, plan).uses(plan)),
    ),
  ];
}

function under(part: string, uses: readonly Use[]): Use[] {
  return uses.map((use) => ({ ...use, at: `${part}.${use.at}` }));
}

function chosen<Plan extends { type: string }, Port>(
  registry: Registry<Plan, Port>,
  { type }: { type: Plan['type'] },
): Adapter<Plan, Port> {
  return registry[type] as Adapter<Plan, Port>;
}

function measuring({ metrics }: Adapters, { source }: MetricPlan): Adapter<MetricPlan, Metrics> {
  return metrics[source.type] as Adapter<MetricPlan, Metrics>;
}
