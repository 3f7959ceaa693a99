/** Names and labels of what Coalmine makes on an engine. */
import { createHash } from 'node:crypto';
import type { Fence, Track } from '../../../src/domain/rollout.ts';
import type { Inspected, Listed } from './inspected.ts';

/** What a container of ours is there for. `next`: it becomes stable; `earlier`: it was. */
export type Role = Track | 'next' | 'earlier';

/** Everything that Coalmine has made has these. */
export const labels = {
  service: 'coalmine.service',
  role: 'coalmine.role',
  version: 'coalmine.version',
  epoch: 'coalmine.epoch',
  effect: 'coalmine.effect',
  changed: 'coalmine.changed',
} as const;

/** Characters of a name that a host may have in DNS, with some left for what is added. */
const longestSlug = 40;

/**
 * The service as a part of a container's name, which is a host name too: a service whose name is no such has a piece of its
 * hash in it, so that no two have the same.
 */
export function slug(service: string): string {
  const plain = service
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, longestSlug)
    .replace(/[.-]+$/, '');
  if (plain === service) return plain;
  return `${plain}-${createHash('sha256').update(service).digest('hex').slice(0, 8)}`;
}

/** @param number from 1 */
export function copyName(service: string, track: 'canary' | 'baseline', number: number): string {
  return `${slug(service)}-${track}-${String(number)}`;
}

const suffixes = { next: '.coalmine-next', earlier: '.coalmine-earlier' } as const;

/** The name of the container that becomes stable, or was, beside that of the one that is. */
export function besideName(name: string, role: keyof typeof suffixes): string {
  return name + suffixes[role];
}

/** The name of the stable container that one stands beside, or is, and which of them it is. */
export function standing(name: string): { name: string; role: 'stable' | keyof typeof suffixes } {
  for (const role of ['next', 'earlier'] as const)
    if (name.endsWith(suffixes[role])) return { name: name.slice(0, -suffixes[role].length), role };
  return { name, role: 'stable' };
}

/** What a container is labelled with. */
export function labelled(
  service: string,
  role: Role,
  version: string,
  { epoch, number }: Fence,
): Record<string, string> {
  return {
    [labels.service]: service,
    [labels.role]: role,
    [labels.version]: version,
    [labels.epoch]: String(epoch),
    [labels.effect]: String(number),
  };
}

/** The effect by which a container was made; null: it is not ours. */
export function fenceOf({ Labels }: { Labels?: Record<string, string> | null | undefined }): Fence | null {
  const [epoch, number] = [Number(Labels?.[labels.epoch]), Number(Labels?.[labels.effect])];
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(number) ? { epoch, number } : null;
}

/** Whether a container is of ours, for a service, in a role. */
export function isOurs({ Labels }: Pick<Listed, 'Labels'>, service: string, role: Role): boolean {
  return Labels?.[labels.service] === service && Labels[labels.role] === role;
}

/** The version that a container of ours was made for; undefined: it is not ours. */
export function ownVersion({ Config }: Pick<Inspected, 'Config'>): string | undefined {
  return Config.Labels?.[labels.version];
}
