import type { Match, Rule, RouteKind } from '../../../../activities/traffic/gateway/route.ts';
import { matchesOf } from '../../../../activities/traffic/gateway/route.ts';
import { grpcPrecedence } from '../../../../activities/traffic/gateway/grpc-match.ts';
import { httpPrecedence } from '../../../../activities/traffic/gateway/http-match.ts';

/** A request, or a call, as a gateway sees it. */
export interface Asked {
  path: string;
  method: string;
  headers: Record<string, string>;
  query: Record<string, string>;
}

/** How a gateway chooses among matches: the larger numbers win, then the earlier rule. */
export type Scoring = (kind: RouteKind, match: Match) => number[];

/** As the Gateway API says. */
export const ofTheApi: Scoring = (kind, match) =>
  kind === 'HTTPRoute' ? httpPrecedence(match) : grpcPrecedence(match);

/** As Traefik 3.7 counts: one number, in which several headers are worth more than a longer path. */
export const ofTraefik: Scoring = (kind, match) => {
  const { path, method, headers = [], queryParams = [] } = match;
  const more = headers.length * 100 + queryParams.length * 10;
  if (kind === 'GRPCRoute') return [JSON.stringify(match).length];
  const value = path?.value ?? '/';
  const ofPath = path?.type === 'Exact' ? 100_000 : value === '/' ? 1 : 10_000 + value.length * 100;
  return [ofPath + (method === undefined ? 0 : 1_000) + more];
};

/** The rule that serves a request; null: none does. */
export function servedBy(
  kind: RouteKind,
  rules: readonly Rule[],
  asked: Asked,
  scoring: Scoring,
): Rule | null {
  let best: { rule: Rule; score: number[] } | null = null;
  for (const rule of rules)
    for (const match of matchesOf(kind, rule)) {
      if (!belongs(match, asked)) continue;
      const score = scoring(kind, match);
      if (best === null || isAbove(score, best.score)) best = { rule, score };
    }
  return best?.rule ?? null;
}

function isAbove(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}

function belongs({ path, method, headers = [], queryParams = [] }: Match, asked: Asked): boolean {
  const value = (path?.value ?? '/').replace(/\/+$/, '');
  const isPath =
    path?.type === 'Exact'
      ? asked.path === path.value
      : asked.path === value || asked.path.startsWith(`${value}/`);
  const isMethod =
    method === undefined ||
    (typeof method === 'string'
      ? method === asked.method
      : [method.service ?? '', method.method ?? ''].every(
          (part, at) => part === '' || asked.path.split('/')[at + 1] === part,
        ));
  const has = (pairs: Match['headers'] = [], found: Record<string, string>): boolean =>
    pairs.every(({ type, name, value: wanted }) => {
      const there = found[name.toLowerCase()];
      if (there === undefined) return false;
      return type === 'RegularExpression' ? new RegExp(wanted).test(there) : there === wanted;
    });
  return isPath && isMethod && has(headers, asked.headers) && has(queryParams, asked.query);
}
