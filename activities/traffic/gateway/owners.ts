/** Who has the rules of a route, as server-side apply counts it: whoever had them before a split has them after it again. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { fieldManager } from '../../kubernetes/sending.ts';
import type { InForce } from './record.ts';
import type { Route } from './routes.ts';

const entry = z.looseObject({
  manager: z.string(),
  operation: z.string(),
  subresource: z.string().optional(),
  time: z.string().nullish(),
  fieldsV1: z.record(z.string(), z.unknown()).default({}),
});
type Entry = z.output<typeof entry>;

/** The member of `fieldsV1` that the rules are: a list that has one owner as a whole. */
const [spec, rules] = ['f:spec', 'f:rules'];

export function ownersOf(route: Route): InForce['owners'] {
  return entriesOf(route)
    .filter((one) => one.manager !== fieldManager && rules in specOf(one))
    .map(({ manager, operation }) => ({ manager, operation }));
}

/** Who has changed the route last besides Coalmine, and when: `kubectl-edit at 2026-11-28T19:04:05Z`. */
export function lastOther(route: Route): string {
  const others = entriesOf(route).filter(
    ({ manager, subresource }) => manager !== fieldManager && subresource === undefined,
  );
  const last = others.sort((one, other) => (one.time ?? '').localeCompare(other.time ?? '')).at(-1);
  return last === undefined ? 'someone else' : `${last.manager} at ${last.time ?? 'an unknown time'}`;
}

/** The route with its rules given back to these; null: there is nothing to give. */
export function givenBack(route: Route, owners: InForce['owners']): Route | null {
  const entries = entriesOf(route);
  const isOwner = (one: Entry): boolean =>
    one.subresource === undefined &&
    owners.some(({ manager, operation }) => manager === one.manager && operation === one.operation);
  if (!entries.some(isOwner)) return null;
  const managedFields = entries.map((one) => {
    const { [rules]: had, ...others } = specOf(one);
    if (one.manager === fieldManager && had !== undefined)
      return { ...one, fieldsV1: { ...one.fieldsV1, [spec]: others } };
    return isOwner(one)
      ? { ...one, fieldsV1: { ...one.fieldsV1, [spec]: { ...others, [rules]: had ?? {} } } }
      : one;
  });
  if (isDeepStrictEqual(managedFields, entries)) return null;
  return { ...route, metadata: { ...route.metadata, managedFields } };
}

function entriesOf({ metadata }: Route): Entry[] {
  return z
    .array(entry)
    .catch([])
    .parse(metadata.managedFields ?? []);
}

function specOf({ fieldsV1 }: Entry): Record<string, unknown> {
  return z
    .record(z.string(), z.unknown())
    .catch({})
    .parse(fieldsV1[spec] ?? {});
}
