/** Copies beside stable: a Deployment and a Service for each track, made without copies, scaled, and taken away. */
import { refused, turnedAway } from '../../failures.ts';
import { change, claimed, refuseOlder } from '../../kubernetes/claim.ts';
import { budgets, deployments, services } from '../../kubernetes/kinds.ts';
import type {
  Deployment,
  KubeObject,
  Kind,
  OwnerReference,
  PodTemplate,
  Service,
} from '../../kubernetes/kinds.ts';
import { annotations, besideName, hashOf, labels, labelValue, type Beside } from '../../kubernetes/names.ts';
import type { Effect, Release } from '../../ports.ts';
import { labelsApart } from './labels.ts';
import { selecting, type Place } from './stable.ts';

/** What the copies of a track are to be. */
export interface Order {
  track: Beside;
  count: number;
  version: string;
  template: PodTemplate;
  stable: Deployment;
  /** Stable's. */
  service: Service | null;
}

/** Each is a change by somebody else in between. */
const mostTries = 30;

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
  const { cluster } = place;
  const { track, count, version, stable } = order;
  const { fence, signal } = effect;
  const name = besideName(stable.metadata.name, track);
  let made: Deployment | null = null;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const current = await cluster.get(deployments, name, signal);
    if (current !== null) refuseForeign(current, deployments, release, track);
    try {
      await refuseOvertaken(place, order, effect);
    } catch (error) {
      if (made !== null) await cluster.remove(deployments, made, signal);
      throw error;
    }
    if (current === null) {
      const root = await ensureService(place, release, order, effect);
      made = await cluster.create(
        deployments,
        await deploymentFor(place, release, order, effect, root),
        signal,
      );
      continue;
    }
    refuseOlder(current, deployments, fence);
    if (!isOf(current, version, fence.epoch)) {
      await cluster.remove(deployments, current, signal);
      continue;
    }
    await ensureService(place, release, order, effect);
    const wanted = claimed({ ...current, spec: { ...current.spec, replicas: count } }, fence);
    wanted.metadata.annotations = {
      [annotations.made]: hashOf(current.spec.template),
      ...wanted.metadata.annotations,
    };
    if ((await cluster.replace(deployments, wanted, signal)) !== null) return;
  }
  throw turnedAway(`deploy ${name}: somebody else changes it all the time; it is tried again`);
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

function marks({ service }: Release, { track, version }: Order, { fence }: Effect) {
  return {
    labels: {
      [labels.service]: labelValue(service),
      [labels.role]: track,
      [labels.version]: labelValue(version),
    },
    annotations: {
      [annotations.service]: service,
      [annotations.version]: version,
      [annotations.rollout]: String(fence.epoch),
      [annotations.claim]: `${String(fence.epoch)}/${String(fence.number)}`,
    },
  };
}

/** What the pods of a track have, and its Service selects. */
export function ownLabels(service: string, track: Beside): Record<string, string> {
  return { [labels.service]: labelValue(service), [labels.role]: track };
}

function owner(
  { kind, apiVersion }: Kind<KubeObject>,
  { metadata: { name, uid } }: KubeObject,
): OwnerReference {
  return { apiVersion, kind, name, uid };
}

/** The Service of a track: the canary's own address, and what its Deployment belongs to. Claimed, so that no late removal takes it. */
async function ensureService(
  { cluster }: Place,
  release: Release,
  order: Order,
  effect: Effect,
): Promise<Service> {
  const { stable, service, track } = order;
  const name = besideName(service?.metadata.name ?? stable.metadata.name, track);
  const { labels: marked, annotations: noted } = marks(release, order, effect);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await cluster.get(services, name, effect.signal);
    if (found !== null) {
      refuseForeign(found, services, release, track);
      const kept = await change(cluster, services, name, effect);
      if (kept !== null) return kept;
      continue;
    }
    const ports = (service?.spec.ports ?? []).map(
      ({ name: portName, port, protocol, appProtocol, targetPort }) => ({
        ...(portName !== undefined && { name: portName }),
        port,
        ...(protocol !== undefined && { protocol }),
        ...(appProtocol !== undefined && { appProtocol }),
        ...(targetPort !== undefined && { targetPort }),
      }),
    );
    const made = await cluster.create(
      services,
      {
        metadata: { name, labels: marked, annotations: noted, ownerReferences: [owner(deployments, stable)] },
        // Without a port only a Service without an address may be.
        spec: {
          selector: ownLabels(release.service, track),
          ...(ports.length > 0 ? { ports } : { clusterIP: 'None' }),
        },
      },
      effect.signal,
    );
    if (made !== null) return made;
  }
  throw turnedAway(`create service ${name}: somebody else removes it all the time; it is tried again`);
}

/** Without copies. */
async function deploymentFor(place: Place, release: Release, order: Order, effect: Effect, root: Service) {
  const { track, template, stable } = order;
  const { labels: marked, annotations: noted } = marks(release, order, effect);
  const { replicas: _replicas, paused: _paused, selector: _selector, ...spec } = stable.spec;
  const { labels: podLabels, changed } = await apart(place, order, effect.signal);
  const selector = ownLabels(release.service, track);
  return {
    metadata: {
      name: besideName(stable.metadata.name, track),
      labels: marked,
      annotations: {
        ...noted,
        [annotations.madeFrom]: hashOf(stable.spec.template),
        [annotations.changed]: [...differences(stable.spec.template, template), ...changed]
          .slice(0, 20)
          .map((phrase) => phrase.slice(0, 200))
          .join('\n'),
      },
      ownerReferences: [owner(services, root)],
    },
    spec: {
      ...spec,
      replicas: 0,
      selector: { matchLabels: selector },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...podLabels, ...marked },
          annotations: { ...template.metadata.annotations, [annotations.version]: order.version },
        },
      },
    },
  };
}

/** Labels with which nothing of stable's takes the copies for its own; where copies share the traffic, but stable's Service. */
async function apart(
  { plan, cluster }: Place,
  { stable, template, track, service }: Order,
  signal: AbortSignal,
): Promise<{ labels: Record<string, string>; changed: string[] }> {
  const [allServices, allBudgets] = await Promise.all([
    cluster.list(services, {}, signal),
    cluster.list(budgets, {}, signal),
  ]);
  const own = stable.spec.template.metadata.labels ?? {};
  const shares = plan.byCopies && service !== null;
  const kept = new Set(shares ? Object.keys(service.spec.selector ?? {}) : []);
  const out = [
    { name: `the Deployment ${stable.metadata.name}`, selector: stable.spec.selector },
    ...selecting(allServices, stable)
      .filter(({ metadata }) => !shares || metadata.name !== service.metadata.name)
      .map(({ metadata, spec }) => ({
        name: `the Service ${metadata.name}`,
        selector: { matchLabels: spec.selector ?? {} },
      })),
    // An empty selector means every pod of the namespace: ours as well.
    ...allBudgets
      .filter(({ spec: { selector } }) => Object.keys(selector ?? {}).length > 0)
      .map(({ metadata, spec }) => ({
        name: `the PodDisruptionBudget ${metadata.name}`,
        selector: spec.selector ?? {},
      })),
  ];
  const { labels: found, caughtBy } = labelsApart(template.metadata.labels ?? {}, out, track, kept);
  if (caughtBy.length > 0 && !shares)
    throw refused(
      `${caughtBy.join(' and ')} would take the copies of the ${track} for those of ${stable.metadata.name}; select by a label with a value`,
    );
  const changed = Object.keys(own).flatMap((key) =>
    found[key] === own[key]
      ? []
      : [`label ${key}: ${found[key] ?? 'none'} in place of ${own[key] ?? 'none'}`],
  );
  return { labels: found, changed: [...changed, ...caughtBy.map((name) => `${name} selects them as well`)] };
}

function differences(from: PodTemplate, to: PodTemplate): string[] {
  const images = to.spec.containers.flatMap(({ name, image = '' }) => {
    const before = from.spec.containers.find((one) => one.name === name)?.image;
    return before === image ? [] : [`image ${image} in place of ${before ?? 'none'}`];
  });
  const strip = ({
    metadata: { labels: _labels, ...metadata },
    spec: { containers, ...spec },
  }: PodTemplate) =>
    hashOf({ metadata, spec, containers: containers.map(({ image: _image, ...rest }) => rest) });
  return strip(from) === strip(to) ? images : [...images, 'the patch and the configuration of the version'];
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
  for (let tries = 0; tries < mostTries; tries += 1) {
    let left = 0;
    for (const kind of kinds) {
      const found = await cluster.list(kind, which, signal);
      for (const object of found) refuseOlder(object, kind, fence);
      const gone = await Promise.all(found.map((object) => cluster.remove(kind, object, signal)));
      left += gone.filter((isGone) => !isGone).length;
    }
    if (left === 0) return;
  }
  throw turnedAway(
    `remove the copies beside ${service}: somebody else changes them all the time; it is tried again`,
  );
}
