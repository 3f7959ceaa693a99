/** A route of the Gateway API, as far as a split has to know it. Whatever else is in it is kept. */
import { z } from 'zod';

const filter = z.looseObject({
  type: z.string(),
  requestRedirect: z.looseObject({ path: z.looseObject({ type: z.string() }).optional() }).optional(),
  urlRewrite: z.looseObject({ path: z.looseObject({ type: z.string() }).optional() }).optional(),
});

const backendRef = z.looseObject({
  group: z.string().optional(),
  kind: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
  weight: z.number().optional(),
  filters: z.array(filter).optional(),
});

const pair = z.looseObject({ type: z.string().optional(), name: z.string(), value: z.string() });

const match = z.looseObject({
  /** Of an HTTPRoute. */
  path: z.looseObject({ type: z.string().optional(), value: z.string().optional() }).optional(),
  /** The verb in an HTTPRoute; service and method in a GRPCRoute. */
  method: z
    .union([
      z.string(),
      z.looseObject({
        type: z.string().optional(),
        service: z.string().optional(),
        method: z.string().optional(),
      }),
    ])
    .optional(),
  headers: z.array(pair).optional(),
  /** Of an HTTPRoute. */
  queryParams: z.array(pair).optional(),
});

const rule = z.looseObject({
  name: z.string().optional(),
  matches: z.array(match).optional(),
  filters: z.array(filter).optional(),
  backendRefs: z.array(backendRef).optional(),
  sessionPersistence: z.unknown().optional(),
});

export const rules = z.array(rule);

export type Filter = z.output<typeof filter>;
export type BackendRef = z.output<typeof backendRef>;
export type Pair = z.output<typeof pair>;
export type Match = z.output<typeof match>;
export type Rule = z.output<typeof rule>;

export type RouteKind = 'HTTPRoute' | 'GRPCRoute';

/** Limits of the API on one route, which its own schema enforces. */
export const most = {
  rules: 16,
  matches: 64,
  matchesOfAll: 128,
  backendRefs: 16,
  pairs: 16,
  weight: 1_000_000,
};

/** What a rule without matches has: everything. */
export function matchesOf(kind: RouteKind, { matches }: Rule): Match[] {
  if (matches !== undefined && matches.length > 0) return matches;
  return [kind === 'HTTPRoute' ? { path: { type: 'PathPrefix', value: '/' } } : {}];
}
