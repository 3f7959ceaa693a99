import type { Audience } from '../../../src/domain/rollout.ts';
import { literalPattern } from '../../../src/text/literal-pattern.ts';
import { refused } from '../../failures.ts';
import { bothPairs, exactly, mayShare } from './pairs.ts';
import type { Match, Pair } from './route.ts';

/** What one request must be like to belong to a match of an HTTPRoute. */
interface HttpMatch {
  path: { type: string; value: string };
  method: string | null;
  headers: Pair[];
  queryParams: Pair[];
}

/**
 * The requests of a match that the audience has; null: there are none.
 *
 * @throws a non-retryable failure where the API has no match for them
 */
export function narrowedHttp(match: Match, audience: Audience): Match | null {
  const { path, headers, queryParams } = read(match);
  const under = audience.path === undefined ? path : underBoth(path, audience.path);
  const bothHeaders = bothPairs(headers, audienceHeaders(audience), isSameHeader);
  const query = audience.query === undefined ? [] : [exactly('query parameter', audience.query)];
  const bothQuery = bothPairs(queryParams, query, isSameParameter);
  if (under === null || bothHeaders === null || bothQuery === null) return null;
  return {
    ...match,
    path: under,
    ...(bothHeaders.length > 0 && { headers: bothHeaders }),
    ...(bothQuery.length > 0 && { queryParams: bothQuery }),
  };
}

/** What an audience asks of the headers. */
export function audienceHeaders({ header, cookie }: Audience): Pair[] {
  return [...(header ? [exactly('header', header)] : []), ...(cookie ? [cookiePattern(cookie)] : [])];
}

/** A regular expression that means the same whether the gateway holds it against the whole value or a part of it. */
function cookiePattern({ name, value }: { name: string; value: string }): Pair {
  const text = `${name}=${value}`;
  if (text.includes('`'))
    throw refused(
      `the audience's cookie ${name} has a backtick in it, which some gateways take for the end of the value; choose another one`,
    );
  return {
    type: 'RegularExpression',
    name: 'Cookie',
    value: `^(.*;)?[ \\t]*${literalPattern(text)}[ \\t]*(;.*)?$`,
  };
}

export function isSameHeader(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function isSameParameter(one: string, other: string): boolean {
  return one === other;
}

/** Whether a request may belong to both; true, too, where nobody can tell. */
export function mayShareHttp(one: Match, other: Match): boolean {
  const [a, b] = [read(one), read(other)];
  return (
    (a.method === null || b.method === null || a.method === b.method) &&
    pathsMayShare(a.path, b.path) &&
    mayShare(a.headers, b.headers, isSameHeader) &&
    mayShare(a.queryParams, b.queryParams, isSameParameter)
  );
}

/** By which of two matches a request is served: the first number that is larger. */
export function httpPrecedence(match: Match): number[] {
  const { path, method, headers, queryParams } = read(match);
  return [
    path.type === 'Exact' ? 1 : 0,
    path.value.length,
    method === null ? 0 : 1,
    headers.length,
    queryParams.length,
  ];
}

function read({ path, method, headers = [], queryParams = [] }: Match): HttpMatch {
  return {
    path: { type: path?.type ?? 'PathPrefix', value: path?.value ?? '/' },
    method: typeof method === 'string' ? method : null,
    headers,
    queryParams,
  };
}

function underBoth(path: HttpMatch['path'], audience: string): HttpMatch['path'] | null {
  const wanted = { type: 'PathPrefix', value: matchable(audience) };
  if (path.type === 'RegularExpression')
    throw refused(
      `the route matches the path by the regular expression ${path.value}, and the Gateway API has no match for that and the audience's path ${audience} together; choose the audience by a header, a cookie or a query parameter`,
    );
  if (isUnder(path.value, wanted.value)) return path;
  return path.type === 'PathPrefix' && isUnder(wanted.value, path.value) ? wanted : null;
}

/** A path as the API wants it; one that a gateway might read in another way is refused. */
function matchable(path: string): string {
  const cut = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (/^\/[\w.~!$&'()*+,;=:@/-]*$/.test(cut) && !/\/(?:\/|\.{1,2}(?:\/|$))/.test(cut)) return cut;
  throw refused(
    `the audience's path ${JSON.stringify(path)} cannot be matched by a route of the Gateway API; expected letters, digits and any of -._~!$&'()*+,;=:@/, with no empty part and no . or ..`,
  );
}

function pathsMayShare(one: HttpMatch['path'], other: HttpMatch['path']): boolean {
  if ([one.type, other.type].includes('RegularExpression')) return true;
  const [a, b] = [one.value, other.value];
  if (one.type === 'Exact' && other.type === 'Exact') return a === b;
  if (one.type === 'Exact') return isUnder(a, b);
  if (other.type === 'Exact') return isUnder(b, a);
  return isUnder(a, b) || isUnder(b, a);
}

/** By whole parts: /beta and /beta/x are under /beta, /betamax is not. */
function isUnder(path: string, prefix: string): boolean {
  const base = prefix.replace(/\/+$/, '');
  return path.replace(/\/+$/, '') === base || path.startsWith(`${base}/`);
}
