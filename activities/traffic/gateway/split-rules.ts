/** The rules of a route while a split is in force: the audience's before the user's own, whose weights are shared. */
import { isDeepStrictEqual } from 'node:util';
import type { Audience, Split } from '../../../src/domain/rollout.ts';
import { refused } from '../../failures.ts';
import { grpcPrecedence, mayShareGrpc, narrowedGrpc } from './grpc-match.ts';
import { httpPrecedence, mayShareHttp, narrowedHttp } from './http-match.ts';
import { matchesOf, most, type Filter, type Match, type RouteKind, type Rule } from './route.ts';
import { forAudience, partsOf, sum, weighted, weightOfStable, type Services } from './weights.ts';

/** A route as its user wrote it, and what is to be made of it. */
export interface Dividing {
  kind: RouteKind;
  /** In which the route lies. */
  namespace: string;
  rules: readonly Rule[];
  services: Services;
}

const kinds = {
  HTTPRoute: { narrowed: narrowedHttp, mayShare: mayShareHttp, precedence: httpPrecedence },
  GRPCRoute: { narrowed: narrowedGrpc, mayShare: mayShareGrpc, precedence: grpcPrecedence },
};

export function rulesOfStable({ namespace, rules, services }: Dividing): Rule[] {
  return rules.filter((rule) => weightOfStable(rule, services, namespace) > 0);
}

/** Rules that send to stable; a non-retryable failure if there are none, or if one cannot be split. */
function splittable(dividing: Dividing): Rule[] {
  const { kind, services } = dividing;
  const found = rulesOfStable(dividing);
  if (found.length === 0)
    throw refused(
      `no rule of the ${kind} sends to the Service ${services.stable} in ${services.namespace}, so there is no traffic to split; name the Service in traffic.service, or the route in traffic.route`,
    );
  if (found.some(({ sessionPersistence }) => sessionPersistence !== undefined))
    throw refused(
      `a rule of the ${kind} that sends to ${services.stable} has sessionPersistence, by which users stay on a copy whatever the weights are; take it out, or release without it`,
    );
  return found;
}

/** Weights are multiples of this, in per cent. */
export function granularityOf(dividing: Dividing): number {
  return 100 / partsOf(splittable(dividing));
}

/**
 * @param first a rule of ours that comes before all others
 * @throws a non-retryable failure where the API has no rules for this split
 */
export function splitRules(dividing: Dividing, split: Split, first: readonly Rule[] = []): Rule[] {
  const { kind, namespace, rules, services } = dividing;
  const stables = splittable(dividing);
  const parts = partsOf(stables);
  const { weight, audience, baseline = 0 } = split;
  const weightedRules =
    weight === 0 && baseline === 0
      ? rules
      : rules.map((rule) =>
          stables.includes(rule) ? weighted(rule, split, services, namespace, parts) : rule,
        );
  const made = [...first, ...(audience === null ? [] : audienceRules(dividing, audience)), ...weightedRules];
  refuseTooMany(kind, made);
  return made;
}

/** A rule of the user's, as it is for the audience alone. */
interface Narrowed {
  of: Rule;
  /** Each with the one that it was made of. */
  matches: { own: Match; original: Match }[];
}

/** Rules for the audience alone, in the order of the user's. Among themselves they stand as the user's do. */
function audienceRules(dividing: Dividing, audience: Audience): Rule[] {
  const { kind, namespace, services } = dividing;
  const made = withoutCovered(kind, narrowedRules(dividing, audience));
  refuseUnclear(kind, made);
  return made.map(({ of: { name: _, ...rule }, matches }) => {
    refuseRewritten(rule, matches);
    const ours = { ...rule, matches: matches.map(({ own }) => own) };
    return weightOfStable(rule, services, namespace) > 0 ? forAudience(ours, services, namespace) : ours;
  });
}

/** Of the rules that send to stable, and of those that could lose requests to one of these for what the audience adds. */
function narrowedRules(dividing: Dividing, audience: Audience): Narrowed[] {
  const { kind, rules } = dividing;
  const { narrowed, mayShare } = kinds[kind];
  const narrow = (of: Rule): Narrowed => ({
    of,
    matches: matchesOf(kind, of).flatMap((original) => {
      const own = narrowed(original, audience);
      return own === null ? [] : [{ own, original }];
    }),
  });
  const losesTo =
    (rule: Rule) =>
    ({ matches }: Narrowed): boolean =>
      matches.some(({ own, original }) =>
        matchesOf(kind, rule).some(
          (match) => mayShare(own, match) && order(kind, original, match) !== 'the first',
        ),
      );
  const made = new Map<Rule, Narrowed>();
  const isMissing = (rule: Rule): boolean => !made.has(rule);
  let add = rulesOfStable(dividing);
  while (add.length > 0) {
    for (const rule of add) made.set(rule, narrow(rule));
    add = rules.filter((rule) => isMissing(rule) && [...made.values()].some(losesTo(rule)));
  }
  return rules.flatMap((rule) => made.get(rule) ?? []);
}

/** Two that have become the same: the one that came first before serves all of it. */
function withoutCovered(kind: RouteKind, made: readonly Narrowed[]): Narrowed[] {
  const all = made.flatMap(({ matches }) => matches);
  return made
    .map(({ of, matches }) => ({
      of,
      matches: matches.filter(
        ({ own, original }) =>
          !all.some(
            (other) =>
              isDeepStrictEqual(other.own, own) && order(kind, other.original, original) === 'the first',
          ),
      ),
    }))
    .filter(({ matches }) => matches.length > 0);
}

/**
 * What the audience adds is not worth the same in each match. Where it may turn two around, at this gateway or at another that
 * counts in another way, there are no rules for it.
 */
function refuseUnclear(kind: RouteKind, made: readonly Narrowed[]): void {
  const { mayShare } = kinds[kind];
  const all = made.flatMap(({ matches }, at) => matches.map((match) => ({ ...match, at })));
  for (const one of all)
    for (const other of all) {
      if (one.at >= other.at || !mayShare(one.own, other.own)) continue;
      if (isDeepStrictEqual(added(kind, one), added(kind, other))) continue;
      const now = order(kind, one.own, other.own);
      if (now !== 'unclear' && now === order(kind, one.original, other.original)) continue;
      throw refused(
        `for this audience, two rules of the route could change places (${JSON.stringify(one.original)} and ${JSON.stringify(other.original)}); choose the audience by a header that the route does not match`,
      );
    }
}

function added(kind: RouteKind, { own, original }: Narrowed['matches'][number]): number[] {
  const { precedence } = kinds[kind];
  const before = precedence(original);
  return precedence(own).map((number, at) => number - (before[at] ?? 0));
}

/** Which of two matches serves a request of both, at any gateway that gives nothing less for more. */
function order(
  kind: RouteKind,
  one: Match,
  other: Match,
): 'the first' | 'the second' | 'as listed' | 'unclear' {
  const { precedence } = kinds[kind];
  const theirs = precedence(other);
  const differences = precedence(one).map((number, at) => number - (theirs[at] ?? 0));
  const [more, less] = [differences.some((by) => by > 0), differences.some((by) => by < 0)];
  if (more && less) return 'unclear';
  return more ? 'the first' : less ? 'the second' : 'as listed';
}

/** A prefix that is longer than the user's would be cut off of more than the user wants. */
function refuseRewritten({ filters = [], backendRefs = [] }: Rule, matches: Narrowed['matches']): void {
  const all = [...filters, ...backendRefs.flatMap((ref) => ref.filters ?? [])];
  if (!all.some(replacesPrefix)) return;
  if (matches.every(({ own, original }) => isDeepStrictEqual(own.path, original.path ?? own.path))) return;
  throw refused(
    'a rule of the route replaces the prefix of the path, so it cannot be made for a part of that prefix; choose the audience by a header, a cookie or a query parameter',
  );
}

function replacesPrefix({ requestRedirect, urlRewrite }: Filter): boolean {
  return [requestRedirect, urlRewrite].some((filter) => filter?.path?.type === 'ReplacePrefixMatch');
}

function refuseTooMany(kind: RouteKind, rules: readonly Rule[]): void {
  const counts = rules.map((rule) => matchesOf(kind, rule).length);
  if (rules.length > most.rules)
    throw refused(
      `the ${kind} would have ${String(rules.length)} rules, and ${String(most.rules)} are the most; put the rules that send to other Services into a route of their own`,
    );
  if (sum(counts) > most.matchesOfAll)
    throw refused(
      `the ${kind} would have ${String(sum(counts))} matches, and ${String(most.matchesOfAll)} are the most; put some of its rules into a route of their own`,
    );
}
