/** What is made beside stable: a Deployment without copies, and the Service that it belongs to. */
import { refused } from '../../failures.ts';
import { claimText } from '../../kubernetes/claim.ts';
import { budgets, deployments, services } from '../../kubernetes/kinds.ts';
import type {
  Deployment,
  Kind,
  KubeObject,
  NewObject,
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

/** By which what was made is found again. */
export function marks({ service }: Release, { track, version }: Order, { fence }: Effect) {
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
      [annotations.claim]: claimText(fence),
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

/** Of the Service of a track: after that of stable, by which a splitter knows it. */
export function serviceName({ service, stable, track }: Order): string {
  return besideName(service?.metadata.name ?? stable.metadata.name, track);
}

export function serviceFor(release: Release, order: Order, effect: Effect): NewObject {
  const { stable, service, track } = order;
  const ports = (service?.spec.ports ?? []).map(({ name, port, protocol, appProtocol, targetPort }) => ({
    ...(name !== undefined && { name }),
    port,
    ...(protocol !== undefined && { protocol }),
    ...(appProtocol !== undefined && { appProtocol }),
    ...(targetPort !== undefined && { targetPort }),
  }));
  return {
    metadata: {
      name: serviceName(order),
      ...marks(release, order, effect),
      ownerReferences: [owner(deployments, stable)],
    },
    // Without a port only a Service without an address may be.
    spec: {
      selector: ownLabels(release.service, track),
      ...(ports.length > 0 ? { ports } : { clusterIP: 'None' }),
    },
  };
}

/** Without copies; they are asked for once it is known that no newer effect has come in between. */
export async function deploymentFor(
  place: Place,
  release: Release,
  order: Order,
  effect: Effect,
  root: Service,
) {
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
