/** Whether what Traefik has in force is what the file says. */
import { isDeepStrictEqual } from 'node:util';
import type { Fence } from '../../../src/domain/rollout.ts';
import type { MiddlewareInForce, RouterInForce, ServiceInForce } from './api.ts';
import type { Document, Router, Service } from './document.ts';
import { effectName, isOurs } from './names.ts';

/** What Traefik's API shows. */
export interface Shown {
  routers: readonly RouterInForce[];
  services: readonly ServiceInForce[];
  middlewares: readonly MiddlewareInForce[];
}

/** The header by which a file says whose it is; nobody is ever sent it. */
export const effectHeader = 'X-Coalmine-Effect';

/** An effect as the header has it. */
export function effectText({ epoch, number }: Fence): string {
  return `${String(epoch)}-${String(number)}`;
}

/**
 * How they differ, in one sentence without its beginning; null: they do not. Where they do not, but Traefik has taken up
 * another effect, that of an earlier file may still come into force.
 *
 * @param fence of the file; null: there is none
 * @param shown of this service and perhaps of others
 */
export function difference(
  { routers, services }: Document,
  fence: Fence | null,
  shown: Shown,
  service: string,
): string | null {
  const ours = { routers: byName(shown.routers, service), services: byName(shown.services, service) };
  for (const [name, router] of Object.entries(routers)) {
    const found = ours.routers.get(`${name}@file`);
    if (found === undefined) return `does not have the router ${name}`;
    const why = refusal(found) ?? differentRouter(router, found);
    if (why !== null) return `${why} (router ${name})`;
  }
  for (const [name, one] of Object.entries(services)) {
    const found = ours.services.get(`${name}@file`);
    if (found === undefined) return `does not have the service ${name}`;
    const why = refusal(found) ?? differentService(one, found);
    if (why !== null) return `${why} (service ${name})`;
  }
  const more = [...ours.routers.keys()].find((name) => !(name.slice(0, -'@file'.length) in routers));
  if (more !== undefined) return `still has the router ${more}`;
  const marker = shown.middlewares.find(({ name }) => name === `${effectName(service)}@file`);
  const has = marker?.headers?.customRequestHeaders[effectHeader] ?? 'none';
  const wants = fence === null ? 'none' : effectText(fence);
  return has === wants ? null : `has taken up effect ${has}, the file is that of effect ${wants}`;
}

/** Whether the copies of the user's routers are still that; a sentence as those of {@link difference}. */
export function drift(copies: Document['routers'], users: Document['routers']): string | null {
  for (const [name, { rule, priority, ...rest }] of Object.entries(copies)) {
    const now = users[name];
    if (now === undefined) return `has no more a router of yours that ${name} is a copy of`;
    if (now.rule !== rule) return `has another rule of yours than the one that was copied: ${now.rule}`;
    if (now.priority !== priority)
      return `has a router of yours with priority ${String(now.priority - 1)}, and its copy ${name} has ${String(priority)}`;
    if (!isDeepStrictEqual({ ...now, rule: '', priority: 0 }, { ...rest, rule: '', priority: 0 }))
      return `has a router of yours that has changed since ${name} was copied from it`;
  }
  return Object.keys(users).length > Object.keys(copies).length
    ? 'has more routers of yours than were copied'
    : null;
}

function byName<T extends { name: string }>(all: readonly T[], service: string): Map<string, T> {
  return new Map(all.filter(({ name }) => isOurs(name, service)).map((one) => [one.name, one]));
}

function refusal({ status, error }: { status: string; error: string[] }): string | null {
  return status === 'enabled' && error.length === 0 ? null : `refuses it: ${error.join('; ') || status}`;
}

function differentRouter(file: Router, found: RouterInForce): string | null {
  if (found.rule !== file.rule) return `has the rule ${found.rule}, the file ${file.rule}`;
  if (found.priority !== file.priority)
    return `has the priority ${String(found.priority)}, the file ${String(file.priority)}`;
  if (found.service !== file.service) return `sends to ${String(found.service)}, the file to ${file.service}`;
  if (!isSame(found.entryPoints, file.entryPoints))
    return `has the entry points ${found.entryPoints.join(', ')}, the file ${file.entryPoints.join(', ')}`;
  const own = file.middlewares ?? [];
  if (!isSame(found.middlewares.slice(-own.length), own) && own.length > 0)
    return `has the middlewares ${found.middlewares.join(', ')}, the file ${own.join(', ')}`;
  return null;
}

function differentService(file: Service, found: ServiceInForce): string | null {
  if ('weighted' in file) {
    const [has, wants] = [found.weighted?.services ?? [], file.weighted.services].map((services) =>
      services.map(({ name, weight }) => `${name} ${String(weight)}`),
    ) as [string[], string[]];
    return isSame(has, wants) ? null : `has the weights ${has.join(', ')}, the file ${wants.join(', ')}`;
  }
  const [has, wants] = [found.loadBalancer?.servers ?? [], file.loadBalancer.servers].map((servers) =>
    servers.map(({ url }) => url),
  ) as [string[], string[]];
  return isSame(has, wants) ? null : `has the servers ${has.join(', ')}, the file ${wants.join(', ')}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, at) => text === other[at]);
}
