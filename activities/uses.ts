/** How adapters declare what they use of a worker. */
import type { AuthPlan, HeaderPlan } from './header.ts';
import type { Use } from './ports.ts';

/** Where a secret goes that a load command gets. */
export const toCommand = 'command';

/** A request, as a plan has it. */
interface RequestPlan {
  url: string;
  headers: HeaderPlan;
  auth?: AuthPlan | undefined;
}

/**
 * The host of a request's URL, and each secret in its headers or its authentication.
 *
 * @param at the place of the request in the plan: `source`
 */
export function requestUses({ url, headers, auth }: RequestPlan, at = ''): Use[] {
  return [
    { at: below(at, 'url'), url },
    ...headerUses(headers, [url], at),
    ...(auth === undefined ? [] : authUses(auth, [url], at)),
  ];
}

/** Where a load goes: without a URL of its own, to the canary's address, which the target tells. */
interface LoadPlaces {
  url?: string | undefined;
  bake?: string | undefined;
}

/** The URLs that a load goes to; null: the canary's. */
export function placeUses({ url, bake }: LoadPlaces): { at: string; url: string | null }[] {
  return [{ at: 'url', url: url ?? null }, ...(bake === undefined ? [] : [{ at: 'bake', url: bake }])];
}

/** The same, without their places in the plan. */
export function placesOf(load: LoadPlaces): (string | null)[] {
  return placeUses(load).map(({ url }) => url);
}

/**
 * The secrets in the headers of requests.
 *
 * @param goesTo the URLs that get them; null: one that is not known yet
 * @param at the place of what has `headers` in the plan
 */
export function headerUses(headers: HeaderPlan, goesTo: readonly (string | null)[], at = ''): Use[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : secretUses(value, goesTo, below(at, `headers.${name}`)),
  );
}

function authUses(auth: AuthPlan, goesTo: readonly string[], at: string): Use[] {
  return 'token' in auth
    ? secretUses(auth.token, goesTo, below(at, 'auth.token'))
    : secretUses(auth.password, goesTo, below(at, 'auth.password'));
}

/** A secret that goes to each of these places. */
export function secretUses(
  { secret }: { secret: string },
  goesTo: readonly (string | null)[],
  at: string,
): Use[] {
  return goesTo.map((place) => ({ at, secret, goesTo: place }));
}

function below(at: string, member: string): string {
  return at === '' ? member : `${at}.${member}`;
}
