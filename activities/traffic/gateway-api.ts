import { setTimeout } from 'node:timers/promises';
import { noTraffic, sameSplit, type SplitInForce } from '../../src/domain/split.ts';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { refused, unavailable } from '../failures.ts';
import { uncontended } from '../kubernetes/claim.ts';
import { ownName } from '../own-name.ts';
import { createCluster } from '../kubernetes/cluster.ts';
import { besideName } from '../kubernetes/names.ts';
import { isOutOfTime } from '../no-answer.ts';
import type { Adapter, Grants, Release, Traffic } from '../ports.ts';
import { unseen, untaken } from './gateway/accepted.ts';
import {
  corrected,
  dividing,
  inForceOf,
  refuseChanged,
  withoutSplit,
  withSplit,
  type Place,
} from './gateway/change.ts';
import { givenBack } from './gateway/owners.ts';
import { notInForce } from './gateway/probe.ts';
import { recordOf, refuseOlder, type InForce } from './gateway/record.ts';
import { routeKinds, type Route } from './gateway/routes.ts';
import { granularityOf, rulesOfStable, splitRules } from './gateway/split-rules.ts';

type GatewayApiTraffic = Extract<TrafficPlan, { type: 'gateway-api' }>;

/** Milliseconds for which a gateway is asked anew until it has taken a change, and between two questions. */
const patience = 10_000;
const between = 200;

/**
 * Splits by the weights of an HTTPRoute or a GRPCRoute. The route stays its user's own: what it was is kept in an annotation of
 * it, and is what it will be.
 */
export const gatewayApiTraffic: Adapter<GatewayApiTraffic, Traffic> = {
  uses: ({ context = '', namespace, probe }) => [
    { at: 'context', context, namespace },
    ...(probe === undefined ? [] : [{ at: 'probe', url: probe }]),
  ],
  connect,
};

function connect(plan: GatewayApiTraffic, grants: Grants): Traffic {
  const { context = '', namespace, probe, takesUp } = plan;
  const cluster = createCluster(context, namespace, grants);

  function placeOf({ service }: Release): Place {
    const last = ownName(service);
    const [name = last, kind] = (plan.route ?? last).split('/').reverse();
    const stable = plan.service ?? last;
    return {
      service,
      kind: kind === 'GRPCRoute' ? kind : 'HTTPRoute',
      name,
      label: `${kind ?? 'HTTPRoute'} ${namespace}/${name}`,
      services: {
        namespace,
        stable,
        canary: besideName(stable, 'canary'),
        baseline: besideName(stable, 'baseline'),
      },
      probes: probe !== undefined,
    };
  }

  const routeOf = ({ kind, name }: Place, signal: AbortSignal) => cluster.get(routeKinds[kind], name, signal);

  /**
   * @param edit makes of the route what it is to be; called again where somebody else has changed it meanwhile
   * @returns the route before and after; null: there is none
   */
  async function change(
    { kind, label, name }: Place,
    edit: (route: Route) => Route | null,
    signal: AbortSignal,
  ): Promise<{ before: Route; now: Route } | null> {
    return uncontended(`update ${label}`, async () => {
      const before = await cluster.get(routeKinds[kind], name, signal);
      if (before === null) return null;
      const wanted = edit(before);
      const now = wanted === null ? before : await cluster.replace(routeKinds[kind], wanted, signal);
      return now === null ? undefined : { before, now };
    });
  }

  /** Why a split is not in force, or not known to be, in one sentence without its beginning; null: it is. */
  async function amiss(
    place: Place,
    route: Route,
    inForce: InForce | null,
    seen: Seen,
    signal: AbortSignal,
  ): Promise<string | null> {
    const why = unseen(route) ?? (inForce === null ? null : untaken(route));
    if (why !== null) return why;
    if (probe !== undefined) {
      const fence = inForce === null ? null : (recordOf(route).effects[place.service] ?? null);
      return notInForce(probe, fence, route.spec.hostnames ?? [], grants, signal);
    }
    const isNew = recordOf(route).effects[place.service] !== undefined;
    return !isNew || seen.longEnough(route, takesUp) ? null : 'was taken, and may not be in force yet';
  }

  return {
    can: { split: true, read: true },

    async rehearse(release, splits, { signal }) {
      const place = placeOf(release);
      const route = await routeOf(place, signal);
      if (route === null)
        throw refused(
          `there is no ${place.label}, so there is no traffic to split; create it, or name yours in traffic.route`,
        );
      const rules = inForceOf(place, recordOf(route))?.rules;
      for (const split of splits) splitRules(dividing(place, route, rules), split);
      const why = unseen(route) ?? untaken(route);
      if (why !== null)
        throw unavailable(`${place.label} ${why}; see kubectl describe, and the gateway's log`);
    },

    async split(release, split, _backends, { fence, signal, from = noTraffic }) {
      const place = placeOf(release);
      const isBack = sameSplit(split, noTraffic);
      const changed = await change(
        place,
        (route) => {
          const memory = recordOf(route);
          refuseOlder(memory, place.service, fence, place.label);
          return isBack
            ? withoutSplit(place, route, memory, fence)
            : withSplit(place, route, memory, { split, fence, from });
        },
        signal,
      );
      if (changed === null) {
        if (isBack) return;
        throw refused(
          `${place.label} was deleted by someone else, which has taken the canary's traffic away; it is not given any again`,
        );
      }
      const owners = inForceOf(place, recordOf(changed.before))?.owners ?? [];
      await change(place, isBack ? (route) => givenBack(route, owners) : corrected, signal);
    },

    async read(release, { signal }) {
      const place = placeOf(release);
      const seen = new Seen();
      const until = performance.now() + patience + (probe === undefined ? takesUp : 0);
      for (;;) {
        const route = await routeOf(place, signal);
        // Who deletes a route takes all of its traffic away.
        if (route === null) return noTraffic;
        const memory = recordOf(route);
        const inForce = inForceOf(place, memory);
        refuseChanged(place, route, memory);
        const why = await amiss(place, route, inForce, seen, signal);
        if (why === null) return splitInForce(place, route, inForce);
        await setTimeout(between, undefined, { signal }).catch(() => undefined);
        if (performance.now() < until && !signal.aborted) continue;
        if (!isOutOfTime(signal.reason)) signal.throwIfAborted();
        throw unavailable(`${place.label} ${why}; see kubectl describe, and the gateway's log`);
      }
    },
  };
}

/** How long a route is taken by its gateways as it is now. */
class Seen {
  #generation: number | undefined;
  #since = 0;

  /** @param ms that it has to be so */
  longEnough({ metadata: { generation } }: Route, ms: number): boolean {
    if (this.#since === 0 || this.#generation !== generation) {
      this.#generation = generation;
      this.#since = performance.now();
    }
    return performance.now() - this.#since >= ms;
  }
}

function splitInForce(place: Place, route: Route, inForce: InForce | null): SplitInForce {
  const original = dividing(place, route, inForce?.rules);
  return {
    ...(inForce?.split ?? noTraffic),
    splitBy: 'request',
    ...(rulesOfStable(original).length > 0 && { granularity: granularityOf(original) }),
  };
}
