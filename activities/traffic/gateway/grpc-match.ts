import type { Audience } from '../../../src/domain/rollout.ts';
import { refused } from '../../failures.ts';
import { audienceHeaders, isSameHeader } from './http-match.ts';
import { bothPairs, mayShare } from './pairs.ts';
import type { Match } from './route.ts';

/**
 * The calls of a match of a GRPCRoute that the audience has; null: there are none.
 *
 * @throws a non-retryable failure where the API has no match for them
 */
export function narrowedGrpc(match: Match, audience: Audience): Match | null {
  if (audience.path !== undefined || audience.query !== undefined)
    throw refused(
      'a GRPCRoute matches neither a path nor a query parameter; choose the audience by a header or a cookie',
    );
  const headers = bothPairs(match.headers ?? [], audienceHeaders(audience), isSameHeader);
  return headers === null ? null : { ...match, headers };
}

/** Whether a call may belong to both; true, too, where nobody can tell. */
export function mayShareGrpc(one: Match, other: Match): boolean {
  const [a, b] = [methodOf(one), methodOf(other)];
  const differ = (left: string, right: string): boolean => left !== '' && right !== '' && left !== right;
  const disjoint =
    a.type === 'Exact' && b.type === 'Exact' && (differ(a.service, b.service) || differ(a.method, b.method));
  return !disjoint && mayShare(one.headers ?? [], other.headers ?? [], isSameHeader);
}

/** By which of two matches a call is served: the first number that is larger. */
export function grpcPrecedence(match: Match): number[] {
  const { service, method } = methodOf(match);
  return [service.length, method.length, match.headers?.length ?? 0];
}

function methodOf({ method }: Match): { type: string; service: string; method: string } {
  const found = typeof method === 'object' ? method : {};
  return { type: found.type ?? 'Exact', service: found.service ?? '', method: found.method ?? '' };
}
