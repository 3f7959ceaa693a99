/** What Coalmine adds to Traefik while a split is in force: routers before the user's own, and what they send to. */
import type { Fence, Split } from '../../../src/domain/rollout.ts';
import type { Backends } from '../../ports.ts';
import type { RouterInForce, ServiceInForce } from './api.ts';
import { routerName, splitName, trackName } from './names.ts';
import { narrowed } from './rule.ts';
import { qualified, type UsersRouters } from './users-routers.ts';

/** A router, as a file has it. */
export interface Router {
  rule: string;
  priority: number;
  service: string;
  entryPoints: string[];
  middlewares?: string[];
  tls?: Record<string, unknown>;
  ruleSyntax?: string;
  observability?: Record<string, unknown>;
}

/** A service, as a file has it. */
export type Service =
  | {
      weighted: {
        services: { name: string; weight: number }[];
        sticky?: { cookie: { name: string; httpOnly: true } };
      };
    }
  | { loadBalancer: { servers: { url: string }[] } };

/** Dynamic configuration of Traefik; empty where the user's own is all there is. */
export interface Document {
  routers: Record<string, Router>;
  services: Record<string, Service>;
}

/** Parts of the whole that weights are set in: a hundredth of a per cent each. */
const parts = 10_000;

/** Weights are multiples of this, in per cent. */
export const granularity = 100 / parts;

/** What is copied, and from what. */
export interface Copying {
  service: string;
  split: Split;
  users: UsersRouters;
  /** Middlewares of each entry point, which Traefik itself puts before those of a router. */
  ofEntryPoints: ReadonlyMap<string, readonly string[]>;
}

/** Everything that a split is made from. */
export interface Making extends Copying {
  backends: Backends;
  /** The user's service, where Traefik shows it. */
  usersService: ServiceInForce | undefined;
  /** The name of the cookie that keeps users on a version. */
  cookie: string | undefined;
}

export function documentOf(making: Making): Document {
  const { service, split, backends } = making;
  const { weight, audience, baseline = 0 } = split;
  const hasWeights = weight > 0 || baseline > 0;
  return {
    routers: routersOf(making),
    services: {
      ...(hasWeights && { [splitName(service)]: weighted(making) }),
      ...((weight > 0 || audience !== null) && {
        [trackName(service, 'canary')]: balanced(backends.canary, making),
      }),
      ...(baseline > 0 && { [trackName(service, 'baseline')]: balanced(backends.baseline, making) }),
    },
  };
}

/** Copies of the user's routers, for the audience and for all others; the two have no request in common. */
export function routersOf(copying: Copying): Document['routers'] {
  const { service, split, users, ofEntryPoints } = copying;
  const { weight, audience, baseline = 0 } = split;
  const routers: Document['routers'] = {};
  for (const [at, router] of users.routers.entries()) {
    const same = { ...copied(router, ofEntryPoints), priority: router.priority + 1 };
    if (audience !== null)
      routers[routerName(service, 'audience', at)] = {
        ...same,
        rule: narrowed(router.rule, audience, 'the audience'),
        service: ofFile(trackName(service, 'canary')),
      };
    if (weight > 0 || baseline > 0)
      routers[routerName(service, 'split', at)] = {
        ...same,
        rule: audience === null ? router.rule : narrowed(router.rule, audience, 'the others'),
        service: ofFile(splitName(service)),
      };
  }
  return routers;
}

function ofFile(name: string): string {
  return `${name}@file`;
}

/** Who gets nothing is not in it: Traefik might still send there who has a cookie of it. */
function weighted({ service, split: { weight, baseline = 0 }, users, cookie }: Making): Service {
  const ofCanary = Math.round((weight / 100) * parts);
  const ofBaseline = Math.round((baseline / 100) * parts);
  const services = [
    { name: users.service, weight: parts - ofCanary - ofBaseline },
    { name: ofFile(trackName(service, 'canary')), weight: ofCanary },
    { name: ofFile(trackName(service, 'baseline')), weight: ofBaseline },
  ].filter((one) => one.weight > 0);
  return {
    weighted: {
      services,
      ...(cookie !== undefined && { sticky: { cookie: { name: cookie, httpOnly: true } } }),
    },
  };
}

/** As stable's own copies are balanced, but for cookies that name one of them. */
function balanced(urls: readonly string[], { usersService, users }: Making): Service {
  const { sticky: _, serversTransport, ...as }: Record<string, unknown> = usersService?.loadBalancer ?? {};
  const provider = users.service.split('@')[1] ?? '';
  return {
    loadBalancer: {
      ...as,
      ...(typeof serversTransport === 'string' && {
        serversTransport: qualified(serversTransport, provider),
      }),
      servers: urls.map((url) => ({ url })),
    },
  };
}

/** What a router of ours takes over from the user's. */
function copied(
  router: RouterInForce,
  ofEntryPoints: Copying['ofEntryPoints'],
): Omit<Router, 'rule' | 'service' | 'priority'> {
  const { entryPoints, middlewares, provider, tls, ruleSyntax, observability } = router;
  const [only, ...others] = entryPoints;
  const before = others.length > 0 || only === undefined ? [] : (ofEntryPoints.get(only) ?? []);
  const own = before.every((name, at) => middlewares[at] === name)
    ? middlewares.slice(before.length)
    : middlewares;
  const options = tls?.options;
  const isOwn = options !== undefined && options !== 'default';
  return {
    entryPoints,
    ...(own.length > 0 && { middlewares: own.map((name) => qualified(name, provider)) }),
    ...(tls !== undefined && { tls: { ...tls, ...(isOwn && { options: qualified(options, provider) }) } }),
    ...(ruleSyntax !== undefined && ruleSyntax !== 'default' && { ruleSyntax }),
    ...(observability !== undefined && { observability }),
  };
}

/** A cookie of its own for each split, so that a weight is that of all users, those who came before included. */
export function cookieName(cookie: string, { epoch, number }: Fence): string {
  return `${cookie}-${epoch.toString(36)}-${String(number)}`;
}
