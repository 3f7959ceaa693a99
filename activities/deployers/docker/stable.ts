/** The containers of stable, and those beside them while they are being replaced. */
import type { DockerTarget } from '../../../src/spec/docker.ts';
import { refused } from '../../failures.ts';
import { ownName } from '../../own-name.ts';
import { versionIn } from '../../image-template.ts';
import type { Containers, Seen } from './containers.ts';
import { nameOf, type Image, type Inspected, type Listed } from './inspected.ts';
import { besideName, isOurs, labels, ownVersion, standing } from './names.ts';

/** One copy of stable, by the name of its container. */
export interface StableCopy {
  name: string;
  /** Null: it is just being replaced, or was when a worker died. */
  live: Seen | null;
  /** What takes its place, made and not yet put there. */
  next: Seen | null;
  /** What was there before, stopped. */
  earlier: Seen | null;
}

const compose = {
  service: 'com.docker.compose.service',
  project: 'com.docker.compose.project',
  oneoff: 'com.docker.compose.oneoff',
};

/**
 * Whether compose runs it: then it takes every container with its labels for one that it may start or remove. An image that it
 * has built has its labels as well, and so has whatever is started from that; only its containers have this one.
 */
export function isOfCompose({ Config }: Inspected): boolean {
  return Config.Labels?.[compose.oneoff] !== undefined;
}

/** By their names; empty: there is none. */
export async function findStable(
  { container }: DockerTarget,
  service: string,
  containers: Containers,
  signal: AbortSignal,
): Promise<StableCopy[]> {
  const asked = container ?? ownName(service);
  const found = typeof asked === 'string' ? await byName(asked) : await byLabels(asked.labels);
  const stable = found.filter((one) => !isOurs(one, service, 'canary') && !isOurs(one, service, 'baseline'));
  const copies = grouped(
    await containers.inspectAll(
      stable.map(({ Id }) => Id),
      signal,
    ),
  );
  // What stands in for one that compose has run has none of the labels by which it was found.
  const label = [`${labels.service}=${service}`, `${labels.role}=earlier`];
  const kept = await containers.list({ label }, signal);
  const standIns = grouped(
    await containers.inspectAll(
      kept.map(({ Id }) => Id),
      signal,
    ),
  );
  return copies.map((copy) => {
    const standIn = standIns.find(({ name }) => name === copy.name)?.earlier ?? null;
    return { ...copy, earlier: copy.earlier ?? standIn };
  });

  async function byName(name: string): Promise<Pick<Listed, 'Id' | 'Labels'>[]> {
    const at = name.indexOf('/');
    const project = at < 0 ? undefined : name.slice(0, at);
    if (project === undefined) {
      const names = [name, besideName(name, 'next'), besideName(name, 'earlier')];
      const seen = await containers.inspectAll(names, signal);
      if (seen.length > 0)
        return seen.map(({ container: { Id, Config } }) => ({ Id, Labels: Config.Labels }));
    }
    const wanted = {
      [compose.service]: name.slice(at + 1),
      [compose.oneoff]: 'False',
      ...(project !== undefined && { [compose.project]: project }),
    };
    const all = await byLabels(wanted);
    const projects = new Set(all.map(({ Labels }) => Labels?.[compose.project]));
    if (projects.size > 1)
      throw refused(
        `the compose service ${name} is in several projects: ${[...projects].join(', ')}; say which by target.container: PROJECT/${name}`,
      );
    return all;
  }

  function byLabels(wanted: Record<string, string>): Promise<Listed[]> {
    return containers.list(
      { label: Object.entries(wanted).map(([name, value]) => `${name}=${value}`) },
      signal,
    );
  }
}

function grouped(seen: readonly Seen[]): StableCopy[] {
  const copies = new Map<string, StableCopy>();
  for (const one of seen) {
    const { name, role } = standing(nameOf(one.container));
    const copy = copies.get(name) ?? { name, live: null, next: null, earlier: null };
    copies.set(name, { ...copy, [role === 'stable' ? 'live' : role]: one });
  }
  return [...copies.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * The version that a container of stable runs: what Coalmine made it for, what the name of its image says, or what its image
 * is labelled with.
 */
export function stableVersion(
  container: Inspected,
  image: Image | null,
  plan: DockerTarget,
  service: string,
): string {
  const name = container.Config.Image;
  const tag = /:([\w][\w.-]*)$/.exec(name.startsWith('sha256:') ? '' : name)?.[1];
  return (
    ownVersion(container) ??
    versionIn(plan, service, name) ??
    image?.Config?.Labels?.['org.opencontainers.image.version'] ??
    tag ??
    container.Image.replace('sha256:', '').slice(0, 12)
  );
}

/** @throws a non-retryable failure where no copy can be made of it, or it could not be kept */
export function refuseUnclonable(copies: readonly StableCopy[], plan: DockerTarget, service: string): void {
  const asked = plan.container ?? ownName(service);
  const shown = typeof asked === 'string' ? `named ${asked}, nor a compose service` : 'with these labels';
  if (copies.length === 0)
    throw refused(
      `there is no container ${shown} on the engine, whose settings the canary could have; start stable first, or correct target.container (docker ps --format '{{.Names}}')`,
    );
  for (const { name, live, earlier } of copies) {
    const { container } = live ?? earlier ?? {};
    if (container === undefined) continue;
    if (container.Config.Labels?.['com.docker.swarm.service.id'] !== undefined)
      throw refused(`${name} is run by Docker Swarm, which would replace it again; release it there`);
    if (container.HostConfig.AutoRemove)
      throw refused(
        `${name} was started with --rm: it is gone once it stops, so it could not be put back; start it without --rm`,
      );
  }
}
