/** Copies beside stable: scaled by compare and swap, and taken away. */
import { ApplicationFailure } from '@temporalio/common';
import { refused } from '../../failures.ts';
import { change, claimed, refuseOlder, uncontended } from '../../kubernetes/claim.ts';
import { deployments, services } from '../../kubernetes/kinds.ts';
import type { Deployment, Kind, KubeObject, Service } from '../../kubernetes/kinds.ts';
import { annotations, besideName, hashOf, labels, labelValue, type Beside } from '../../kubernetes/names.ts';
import type { Effect, Release } from '../../ports.ts';
import { deploymentFor, marks, serviceFor, serviceName, type Order } from './copies.ts';
import type { Place } from './stable.ts';

/**
 * Makes it so that the track has as many copies of this version.
 *
 * A late attempt must leave nothing behind, and a creation cannot be compared with what was there before. So it is made
 * without copies, the claim on stable is read again after that, and only then the copies are asked for, by compare and swap.
 * Whoever has acted in between has claimed stable before it looked for what there is, so one of the two sees the other. What an
 * attempt has made that dies in between has no copies, and belongs to a Service that is gone: the cluster collects it.
 */
export async function ensureCopies(
  place: Place,
  release: Release,
  order: Order,
  effect: Effect,
): Promise<void> {
  const made: (() => Promise<boolean>)[] = [];
  const name = besideName(order.stable.metadata.name, order.track);
  try {
    await uncontended(
      `deploy ${name}`,
      async () => (await ensureOnce(place, release, order, effect, made)) || undefined,
    );
  } catch (error) {
    if (error instanceof ApplicationFailure && error.nonRetryable === true)
      await Promise.all(made.map((undo) => undo()));
    throw error;
  }
}

/**
 * One look, and one act.
 *
 * @param made gets what undoes each creation, if nobody has claimed what was made
 * @returns whether the copies are as they were ordered
 */
async function ensureOnce(
  place: Place,
  release: Release,
  order: Order,
  effect: Effect,
  made: (() => Promise<boolean>)[],
): Promise<boolean> {
  const { cluster } = place;
  const { track, count, version, stable } = order;
  const { fence, signal } = effect;
  const current = await cluster.get(deployments, besideName(stable.metadata.name, track), signal);
  if (current !== null) refuseForeign(current, deployments, release, track);
  await refuseOvertaken(place, order, effect);
  if (current !== null) {
    refuseOlder(current, deployments, fence);
    if (!isOf(current, version, fence.epoch)) {
      await cluster.remove(deployments, current, signal);
      return false;
    }
  }
  const root = await ensureService(place, release, order, effect, made);
  if (root === null) return false;
  if (current === null) {
    const object = await cluster.create(
      deployments,
      await deploymentFor(place, release, order, effect, root),
      signal,
    );
    if (object !== null) made.push(() => cluster.remove(deployments, object, signal));
    return false;
  }
  const wanted = claimed({ ...current, spec: { ...current.spec, replicas: count } }, fence);
  wanted.metadata.annotations = {
    [annotations.made]: hashOf(current.spec.template),
    ...wanted.metadata.annotations,
  };
  return (await cluster.replace(deployments, wanted, signal)) !== null;
}

/** Claimed, so that no late removal takes it; null: it came or went in between. */
async function ensureService(
  { cluster }: Place,
  release: Release,
  order: Order,
  effect: Effect,
  made: (() => Promise<boolean>)[],
): Promise<Service | null> {
  const name = serviceName(order);
  const found = await cluster.get(services, name, effect.signal);
  if (found !== null) {
    refuseForeign(found, services, release, order.track);
    const { labels: marked, annotations: noted } = marks(release, order, effect);
    return change(cluster, services, name, effect, (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...object.metadata.labels, ...marked },
        annotations: { ...object.metadata.annotations, ...noted },
      },
    }));
  }
  const object = await cluster.create(services, serviceFor(release, order, effect), effect.signal);
  if (object !== null) made.push(() => cluster.remove(services, object, effect.signal));
  return object;
}

/** @throws a non-retryable failure where a newer effect has claimed stable, or stable is gone */
async function refuseOvertaken(
  { cluster }: Place,
  { stable }: Order,
  { fence, signal }: Effect,
): Promise<void> {
  const { name, uid } = stable.metadata;
  const now = await cluster.get(deployments, name, signal);
  if (now?.metadata.uid !== uid)
    throw refused(`the Deployment ${name} is gone, or another one by now; somebody has deleted it`);
  refuseOlder(now, deployments, fence);
}

function isOf({ metadata }: Deployment, version: string, epoch: number): boolean {
  return (
    metadata.annotations?.[annotations.version] === version &&
    metadata.annotations[annotations.rollout] === String(epoch)
  );
}

/** @throws a non-retryable failure at what has this name by chance, or is of another release */
function refuseForeign(
  object: KubeObject,
  { kind }: Kind<KubeObject>,
  { service }: Release,
  track: Beside,
): void {
  const { metadata } = object;
  if (metadata.labels?.[labels.role] !== track)
    throw refused(
      `there is a ${kind} ${metadata.name} that Coalmine has not made; rename it or remove it (kubectl delete ${kind.toLowerCase()} ${metadata.name})`,
    );
  const other = metadata.annotations?.[annotations.service];
  if (other !== service)
    throw refused(
      `the ${kind} ${metadata.name} is of a release of the service ${other ?? 'of another name'}; two services cannot release one Deployment`,
    );
}

/** Takes a track away, or both: Deployments first, then the Services that they belong to. */
export async function takeAway(
  place: Place,
  { service }: Release,
  tracks: readonly Beside[],
  effect: Effect,
): Promise<void> {
  const { cluster } = place;
  const { fence, signal } = effect;
  const which = {
    labels: `${labels.service}=${labelValue(service)},${labels.role} in (${tracks.join(',')})`,
  };
  const kinds: readonly Kind<KubeObject>[] = [deployments, services];
  await uncontended(`remove what stands beside ${service}`, async () => {
    const gone: boolean[] = [];
    for (const kind of kinds) {
      const found = await cluster.list(kind, which, signal);
      for (const object of found) refuseOlder(object, kind, fence);
      gone.push(...(await Promise.all(found.map((object) => cluster.remove(kind, object, signal)))));
    }
    return gone.every(Boolean) || undefined;
  });
}
