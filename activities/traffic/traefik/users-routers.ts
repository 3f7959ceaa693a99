/** The user's own routers: which they are, and what a copy of one takes over. */
import { refused, unavailable } from '../../failures.ts';
import type { RouterInForce, ServiceInForce } from './api.ts';

/** What is looked for. */
export interface Wanted {
  service: string;
  /** As the spec names it; absent: all that send to the Traefik service with the name of the service. */
  router?: string | undefined;
  /** Where Traefik's API is, for people. */
  at: string;
}

/** The routers whose traffic is split, and the service that all of them send to. */
export interface UsersRouters {
  routers: RouterInForce[];
  /** With its provider. */
  service: string;
}

/** What Traefik's own search is asked for: it looks at names and rules, and not at what a router sends to. */
export function searched({ router }: Wanted): string {
  return router === undefined ? '' : ownName(router);
}

/**
 * @param all as Traefik has them in force
 * @throws a retryable failure if there is none or one is disabled, as while Traefik starts; a non-retryable one if they
 *   send to several services, or if one cannot be split
 */
export function usersRouters(all: readonly RouterInForce[], wanted: Wanted): UsersRouters {
  const { service, router, at } = wanted;
  const theirs = all.filter(({ provider, name }) => provider !== 'internal' && !name.startsWith('coalmine-'));
  const routers =
    router === undefined
      ? bySendingTo(theirs, service)
      : theirs.filter((one) => one.name === router || withoutEntryPoint(one) === router);
  if (routers.length === 0)
    throw unavailable(
      router === undefined
        ? `Traefik at ${at} has no router that sends to a service ${service}, and none of that name; name yours in traffic.router, such as ${service}@docker`
        : `Traefik at ${at} has no router ${router}; correct traffic.router, or start what defines it`,
    );
  const services = new Set(routers.map(serviceOf));
  const [only, ...others] = services;
  if (only === undefined || others.length > 0)
    throw refused(
      `Traefik at ${at} has several services ${service}: ${[...services].sort().join(', ')}, of the routers ${names(routers)}; name one router in traffic.router`,
    );
  return { routers, service: only };
}

/** Whether there are such routers, with a service that has a server which is up, as far as Traefik knows. */
export function haveServers(
  all: readonly RouterInForce[],
  services: readonly ServiceInForce[],
  wanted: Wanted,
): boolean {
  try {
    const users = usersRouters(all, wanted);
    const found = services.find(({ name }) => name === users.service);
    if (found?.status !== 'enabled') return false;
    const { loadBalancer, serverStatus = {} } = found;
    return (
      loadBalancer === undefined ||
      loadBalancer.servers.some(({ url }) => (serverStatus[url] ?? 'UP') === 'UP')
    );
  } catch {
    return false;
  }
}

function bySendingTo(routers: readonly RouterInForce[], service: string): RouterInForce[] {
  const sending = routers.filter((one) => one.service !== undefined && ownName(one.service) === service);
  return sending.length > 0 ? sending : routers.filter((one) => ownName(withoutEntryPoint(one)) === service);
}

function serviceOf({ name, service, provider, status, error, parentRefs, priority }: RouterInForce): string {
  if (service === undefined)
    throw refused(`the router ${name} sends to no service, so its traffic cannot be split`);
  if (status === 'disabled')
    throw unavailable(`the router ${name} is disabled in Traefik (${error.join('; ')}); fix it first`);
  if (parentRefs.length > 0)
    throw refused(
      `the router ${name} is below another one (${parentRefs.join(', ')}), where no split is possible`,
    );
  if (priority >= Number.MAX_SAFE_INTEGER)
    throw refused(`the router ${name} has the priority ${String(priority)}, and none is above it; lower it`);
  return qualified(service, provider);
}

/** Traefik puts the entry point before the name where it makes several of one router: `web-checkout@docker`. */
function withoutEntryPoint({ name, entryPoints }: RouterInForce): string {
  const [entryPoint = ''] = entryPoints;
  const prefix = `${entryPoint}-`;
  return entryPoints.length === 1 && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Without its provider. */
function ownName(name: string): string {
  return name.split('@')[0] ?? '';
}

function names(routers: readonly RouterInForce[]): string {
  return routers
    .map(({ name }) => name)
    .sort()
    .join(', ');
}

/** A name without a provider is of the same one as what names it. */
export function qualified(name: string, provider: string): string {
  return name.includes('@') ? name : `${name}@${provider}`;
}
