/** What a route becomes by an effect, and whether it is still what an effect made of it. */
import { isDeepStrictEqual } from 'node:util';
import type { Fence, Split } from '../../../src/domain/rollout.ts';
import { noTraffic, sameSplit } from '../../../src/domain/split.ts';
import { refused } from '../../failures.ts';
import { lastOther, ownersOf } from './owners.ts';
import { isProbeRule, probeRule } from './probe.ts';
import { recordOf, remembering, type InForce, type Memory } from './record.ts';
import type { RouteKind, Rule } from './route.ts';
import type { Route } from './routes.ts';
import { splitRules, type Dividing } from './split-rules.ts';
import { sendsToTracks, withoutCanary } from './without-canary.ts';
import type { Services } from './weights.ts';

/** The route of a service. */
export interface Place {
  /** Of which a release is. */
  service: string;
  kind: RouteKind;
  name: string;
  /** `HTTPRoute shop/checkout` */
  label: string;
  services: Services;
  /** A rule of ours shows which effect is in force. */
  probes: boolean;
}

interface Order {
  split: Split;
  fence: Fence;
  /** What is counted on until then. */
  from: Split;
}

/** The rules of a route, or others in their place. */
export function dividing(
  { kind, services }: Place,
  { metadata, spec }: Route,
  rules = spec.rules ?? [],
): Dividing {
  return { kind, namespace: metadata.namespace ?? services.namespace, rules, services };
}

/** The split of the service that a route is to have by what it remembers; null: none. */
export function inForceOf({ service }: Place, { inForce }: Memory): InForce | null {
  return inForce?.service === service ? inForce : null;
}

/**
 * The route with this split.
 *
 * @throws a non-retryable failure if someone else has changed the route, if another service has it, or if the API has no rules
 *   for the split
 */
export function withSplit(place: Place, route: Route, memory: Memory, { split, fence, from }: Order): Route {
  const { service, label, probes } = place;
  const other = memory.inForce;
  if (other !== null && other.service !== service)
    throw refused(
      `${label} is split by the rollout of ${other.service}, and one service at a time can be; start again once that has ended`,
    );
  if (other === null && !sameSplit(from, noTraffic))
    throw refused(
      `${label} has no split of Coalmine in it any more: ${lastOther(route)} has changed it, which has taken the canary's traffic away; it is not given any again`,
    );
  refuseChanged(place, route, memory);
  const original = other?.rules ?? route.spec.rules ?? [];
  const rules = splitRules(dividing(place, route, original), split, probes ? [probeRule(fence)] : []);
  const { generation = 0 } = route.metadata;
  return after(place, route, memory, fence, rules, {
    service,
    split,
    generation: isDeepStrictEqual(rules, route.spec.rules) ? generation : generation + 1,
    rules: original,
    owners: other?.owners ?? ownersOf(route),
  });
}

/** The route as its user wrote it; where someone has changed it meanwhile, with that change and without the canary. */
export function withoutSplit(place: Place, route: Route, memory: Memory, fence: Fence): Route {
  const { inForce } = memory;
  const { rules = [] } = route.spec;
  if (inForce === null)
    return after(place, route, memory, fence, withoutCanary(dividing(place, route), isProbeRule), null);
  const isOurs = inForce.service === place.service;
  return after(
    place,
    route,
    memory,
    fence,
    isOurs ? originals(place, route, memory, inForce) : rules,
    isOurs ? null : inForce,
  );
}

/** Of each rule that is as Coalmine wrote it the user's own; the others without the canary. */
function originals(place: Place, route: Route, memory: Memory, inForce: InForce): Rule[] {
  const written = writtenRules(place, route, memory, inForce);
  const added = written.slice(0, written.length - inForce.rules.length);
  const shared = written.slice(added.length);
  return (route.spec.rules ?? []).flatMap((rule) => {
    const isIt = (one: Rule): boolean => isDeepStrictEqual(one, rule);
    const own = inForce.rules[shared.findIndex(isIt)];
    if (own !== undefined) return [own];
    return added.some(isIt) ? [] : withoutCanary(dividing(place, route, [rule]), isProbeRule);
  });
}

function after(
  { service }: Place,
  route: Route,
  { effects }: Memory,
  fence: Fence,
  rules: Rule[],
  inForce: InForce | null,
): Route {
  const spec = route.spec.rules === undefined && rules.length === 0 ? route.spec : { ...route.spec, rules };
  return remembering({ ...route, spec }, { effects: { ...effects, [service]: fence }, inForce });
}

/** @throws a non-retryable failure if the rules are neither those that Coalmine has written nor the user's own */
export function refuseChanged(place: Place, route: Route, memory: Memory): void {
  if (memory.inForce === null && sendsToTracks(dividing(place, route)))
    throw refused(
      `${place.label} sends to ${place.services.canary} or ${place.services.baseline}, by no split that Coalmine knows of; take them out of it`,
    );
  if (inForceOf(place, memory) === null || isAsWritten(place, route, memory)) return;
  throw refused(
    `${place.label} was changed by ${lastOther(route)} since Coalmine split it; a take-back keeps that change and takes the canary out`,
  );
}

/** Whatever else of the route has changed: its rules are those of the split. */
function isAsWritten(place: Place, route: Route, memory: Memory): boolean {
  const found = inForceOf(place, memory);
  if (found === null || found.generation === route.metadata.generation) return true;
  return isDeepStrictEqual(route.spec.rules, writtenRules(place, route, memory, found));
}

function writtenRules(place: Place, route: Route, { effects }: Memory, inForce: InForce): Rule[] {
  const [first] = route.spec.rules ?? [];
  const fence = effects[place.service];
  const isProbed = first !== undefined && isProbeRule(first) && fence !== undefined;
  return splitRules(dividing(place, route, inForce.rules), inForce.split, isProbed ? [probeRule(fence)] : []);
}

/** The same route, remembering the generation that its split really has got; null: it does. */
export function corrected(route: Route): Route | null {
  const memory = recordOf(route);
  const { generation = 0 } = route.metadata;
  if (memory.inForce === null || memory.inForce.generation === generation) return null;
  return remembering(route, { ...memory, inForce: { ...memory.inForce, generation } });
}
