/** Stable: the user's own Deployment, and what stands around it. */
import { selectorText, isSelected } from './labels.ts';
import { refused } from '../../failures.ts';
import { ownName } from '../../own-name.ts';
import { versionIn } from '../../image-template.ts';
import type { Grants } from '../../ports.ts';
import type { Cluster } from '../../kubernetes/cluster.ts';
import {
  deployments,
  pods,
  replicaSets,
  services,
  type Deployment,
  type KubeObject,
  type Pod,
  type PodTemplate,
  type ReplicaSet,
  type Service,
} from '../../kubernetes/kinds.ts';
import { labels } from '../../kubernetes/names.ts';
import { versionLabel, type KubernetesTarget } from '../../../src/spec/kubernetes.ts';

/** One Deployment and the namespace that it is in, as a plan uses them. */
export interface Place {
  plan: KubernetesTarget;
  grants: Grants;
  cluster: Cluster;
}

export function deploymentName({ deployment }: KubernetesTarget, service: string): string {
  return deployment ?? ownName(service);
}

/** @throws a non-retryable failure where there is no Deployment of this name, or one that is not to be released */
export async function findStable(
  { plan, cluster }: Place,
  service: string,
  signal: AbortSignal,
): Promise<Deployment> {
  const name = deploymentName(plan, service);
  const stable = await cluster.get(deployments, name, signal);
  if (stable === null)
    throw refused(
      `there is no Deployment ${name} in the namespace ${plan.namespace}, whose settings the canary could have: create it, ` +
        'or correct target.deployment; a StatefulSet or a DaemonSet is not released',
    );
  return stable;
}

/** @throws a non-retryable failure where something else releases the Deployment, or keeps it from being released */
export async function refuseOwned(
  { cluster }: Place,
  stable: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const { name, labels: own } = stable.metadata;
  const role = own?.[labels.role];
  if (role !== undefined)
    throw refused(
      `the Deployment ${name} is the ${role} of a release of Coalmine itself; name your own Deployment in target.deployment`,
    );
  const owner =
    ownerOf(stable) ?? (await ownerByName(cluster, name, signal)) ?? (await rollout(cluster, stable, signal));
  if (owner !== null)
    throw refused(
      `the Deployment ${name} is released by ${owner}, which would undo what Coalmine does; release it there, or remove that first`,
    );
  if (stable.spec.paused === true)
    throw refused(
      `the Deployment ${name} is paused, so no change of it takes effect; resume it: kubectl rollout resume deployment/${name}`,
    );
}

function ownerOf({ metadata }: KubeObject): string | null {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner === undefined ? null : `the ${owner.kind} ${owner.name}`;
}

/** Flagger takes the traffic over to a Deployment of its own beside the one that it watches. */
async function ownerByName(cluster: Cluster, name: string, signal: AbortSignal): Promise<string | null> {
  const primary = await cluster.get(deployments, `${name}-primary`, signal);
  const owner = primary?.metadata.ownerReferences?.find(({ kind }) => kind === 'Canary');
  return owner === undefined ? null : `the Canary ${owner.name} of Flagger`;
}

/** Argo Rollouts runs the pod template of a Deployment that it refers to in ReplicaSets of its own. */
async function rollout(cluster: Cluster, stable: Deployment, signal: AbortSignal): Promise<string | null> {
  const sets = await cluster.list(replicaSets, { labels: selectorText(stable.spec.selector) }, signal);
  const owner = sets
    .flatMap(({ metadata }) => metadata.ownerReferences ?? [])
    .find(({ kind, controller }) => kind === 'Rollout' && controller === true);
  return owner === undefined ? null : `the Rollout ${owner.name} of Argo`;
}

/** What runs of a Deployment: its pods, and the sets that they belong to. */
export interface Running {
  pods: Pod[];
  sets: ReplicaSet[];
}

export async function runningOf(
  cluster: Cluster,
  { spec: { selector }, metadata: { uid } }: Deployment,
  signal: AbortSignal,
): Promise<Running> {
  const which = { labels: selectorText(selector) };
  const [allSets, allPods] = await Promise.all([
    cluster.list(replicaSets, which, signal),
    cluster.list(pods, which, signal),
  ]);
  const sets = allSets.filter((set) => isControlledBy(set, [uid]));
  const uids = sets.map((set) => set.metadata.uid);
  return { sets, pods: allPods.filter((pod) => isCopy(pod) && isControlledBy(pod, uids)) };
}

function isControlledBy({ metadata }: KubeObject, uids: readonly string[]): boolean {
  return (
    metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uids.includes(uid)) ===
    true
  );
}

/** One that has ended, or was told to, is a copy no more. */
export function isCopy({ metadata, status: { phase } }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && phase !== 'Failed' && phase !== 'Succeeded';
}

/**
 * The version that pods of a template run: what its image says by the spec, what it is labelled with, or the tag, or the
 * beginning of the digest.
 */
export function versionOf(
  { metadata, spec: { containers } }: PodTemplate | Pod,
  plan: KubernetesTarget,
  service: string,
): string {
  const { image } = plan;
  if (image !== undefined) {
    const own = containers.find(({ name }) => name === plan.container);
    const found = (own === undefined ? containers : [own])
      .map((one) => versionIn({ image }, service, one.image ?? ''))
      .find((version) => version !== null);
    if (found !== undefined) return found;
  }
  const labelled = metadata.labels?.[versionLabel];
  if (labelled !== undefined) return labelled;
  const name = (containers.find((one) => one.name === plan.container) ?? containers[0])?.image ?? '';
  const [, tag] = /:([\w][\w.-]*)$/.exec(name.replace(/@.*$/, '')) ?? [];
  return tag ?? /@sha256:([0-9a-f]{12})/.exec(name)?.[1] ?? 'unknown';
}

/**
 * The Service that sends requests to stable; null: there is none.
 *
 * @throws a non-retryable failure where there are several that it could be
 */
export async function serviceOf(
  { plan, cluster }: Place,
  stable: Deployment,
  signal: AbortSignal,
): Promise<Service | null> {
  const { namespace } = plan;
  const { name } = stable.metadata;
  if (plan.service !== undefined) {
    const found = await cluster.get(services, plan.service, signal);
    if (found === null)
      throw refused(
        `there is no Service ${plan.service} in the namespace ${namespace}; create it, or correct target.service`,
      );
    return found;
  }
  const all = selecting(await cluster.list(services, {}, signal), stable);
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? null;
  const named = all.find(({ metadata }) => metadata.name === name);
  if (named !== undefined) return named;
  throw refused(
    `several Services select the pods of ${name}: ${all.map(({ metadata }) => metadata.name).join(', ')}; name the one with the live traffic in target.service`,
  );
}

/** Those that select the pods of stable, and are not of ours. */
export function selecting(all: readonly Service[], { spec: { template } }: Deployment): Service[] {
  return all.filter(
    ({ metadata, spec: { selector } }) =>
      metadata.labels?.[labels.role] === undefined &&
      Object.keys(selector ?? {}).length > 0 &&
      isSelected({ matchLabels: selector ?? {} }, template.metadata.labels ?? {}),
  );
}
