/** What Traefik's API says: its version, its entry points, and the routers and services that are in force. */
import { z } from 'zod';
import type { HeaderPlan } from '../../header.ts';
import { refused } from '../../failures.ts';
import { place } from '../../http-answer.ts';
import type { Http } from '../../http.ts';

const state = {
  /** With its provider: `checkout@docker`. */
  name: z.string(),
  /** `enabled`, `disabled` or `warning`. */
  status: z.string().default('enabled'),
  /** Why it is not enabled. */
  error: z.array(z.string()).default([]),
};

const router = z.object({
  ...state,
  provider: z.string(),
  entryPoints: z.array(z.string()).default([]),
  /** Those of the entry point come first. */
  middlewares: z.array(z.string()).default([]),
  service: z.string().optional(),
  rule: z.string().default(''),
  ruleSyntax: z.string().optional(),
  /** Where the author gives none, the length of the rule. */
  priority: z.number().default(0),
  tls: z.looseObject({ options: z.string().optional() }).optional(),
  observability: z.looseObject({}).optional(),
  parentRefs: z.array(z.string()).default([]),
});

const service = z.object({
  ...state,
  /** `UP` or `DOWN`, by the server's URL. */
  serverStatus: z.record(z.string(), z.string()).optional(),
  loadBalancer: z.looseObject({ servers: z.array(z.object({ url: z.string() })).default([]) }).optional(),
  weighted: z
    .object({ services: z.array(z.object({ name: z.string(), weight: z.number().default(1) })).default([]) })
    .optional(),
});

const middleware = z.object({
  name: z.string(),
  headers: z.object({ customRequestHeaders: z.record(z.string(), z.string()).default({}) }).optional(),
});

const entryPoint = z.object({
  name: z.string(),
  http: z.object({ middlewares: z.array(z.string()).default([]) }).optional(),
});

/** A router as Traefik has it in force. */
export type RouterInForce = z.output<typeof router>;
export type ServiceInForce = z.output<typeof service>;
export type MiddlewareInForce = z.output<typeof middleware>;
type EntryPoint = z.output<typeof entryPoint>;

export interface TraefikApi {
  /** @throws a non-retryable failure at another version than 3 */
  checkVersion: (signal: AbortSignal) => Promise<void>;
  /** Those whose name or rule has this text in it. */
  routers: (text: string, signal: AbortSignal) => Promise<RouterInForce[]>;
  services: (text: string, signal: AbortSignal) => Promise<ServiceInForce[]>;
  middlewares: (text: string, signal: AbortSignal) => Promise<MiddlewareInForce[]>;
  entryPoints: (signal: AbortSignal) => Promise<EntryPoint[]>;
}

/** So many routers are looked through: more than any Traefik has. */
const perPage = '10000';

/** @param http throws as its own documentation says, of which nothing is changed here */
export function traefikApi(http: Http, { api, headers }: { api: string; headers: HeaderPlan }): TraefikApi {
  const get = <T>(
    path: string,
    answer: z.ZodType<T>,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<T> => http.get({ what: 'Traefik', url: joined(api, path), headers, query, answer }, signal);
  const search = (text: string) => ({ search: text, per_page: perPage });
  return {
    async checkVersion(signal) {
      const { Version } = await get('version', z.object({ Version: z.string().max(100) }), {}, signal);
      if (/^v?3\./.test(Version)) return;
      throw refused(`Traefik at ${place(api)} is version ${Version}; expected 3.x: update it`);
    },
    routers: (text, signal) => get('http/routers', z.array(router), search(text), signal),
    services: (text, signal) => get('http/services', z.array(service), search(text), signal),
    middlewares: (text, signal) => get('http/middlewares', z.array(middleware), search(text), signal),
    entryPoints: (signal) => get('entrypoints', z.array(entryPoint), { per_page: perPage }, signal),
  };
}

function joined(api: string, path: string): string {
  const url = new URL(api);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/${path}`;
  return url.href;
}
