import type { ParentRef, Route } from './routes.ts';

/** A gateway that a route names, and what it says of the route. */
interface Answer {
  gateway: string;
  conditions: Condition[];
}

type Condition = NonNullable<Route['status']>['parents'][number]['conditions'][number];

/** Why a gateway has not looked at the route as it is now, in one sentence without its beginning; null: all have. */
export function unseen(route: Route): string | null {
  const { parentRefs = [] } = route.spec;
  const { generation = 0 } = route.metadata;
  if (parentRefs.length === 0) return 'has no parentRefs, so no gateway serves it';
  const silent = parentRefs.find((ref) => answersOf(route, ref).length === 0);
  if (silent !== undefined) return `has no answer of the gateway ${silent.name} yet`;
  const late = allAnswers(route).find(
    ({ conditions }) =>
      !conditions.some((one) => one.type === 'Accepted' && one.observedGeneration >= generation),
  );
  return late === undefined ? null : `has no answer of the gateway ${late.gateway} to its newest state yet`;
}

/** Why a gateway does not serve the route as it is, in one sentence without its beginning; null: all do. */
export function untaken(route: Route): string | null {
  for (const { gateway, conditions } of allAnswers(route))
    for (const { type, status, reason, message } of conditions)
      if (status !== (type === 'PartiallyInvalid' ? 'False' : 'True') && decisive.has(type))
        return `is not taken by the gateway ${gateway}: ${type} is ${status}, ${reason}${message === '' ? '' : ` (${message})`}`;
  return null;
}

/** Others are a gateway's own affair. */
const decisive = new Set(['Accepted', 'ResolvedRefs', 'PartiallyInvalid', 'Programmed']);

function allAnswers(route: Route): Answer[] {
  return (route.spec.parentRefs ?? []).flatMap((ref) => answersOf(route, ref));
}

function answersOf({ status }: Route, ref: ParentRef): Answer[] {
  return (status?.parents ?? [])
    .filter(({ parentRef }) => isSame(parentRef, ref))
    .map(({ controllerName, conditions }) => ({ gateway: `${ref.name} (${controllerName})`, conditions }));
}

function isSame(one: ParentRef, other: ParentRef): boolean {
  return (
    one.name === other.name &&
    (one.namespace ?? '') === (other.namespace ?? '') &&
    (one.sectionName ?? '') === (other.sectionName ?? '') &&
    (one.port ?? 0) === (other.port ?? 0)
  );
}
