import { stringify } from 'yaml';
import { besideName } from '../../../activities/kubernetes/names.ts';
import type { PresetName } from '../../spec/prometheus/presets.ts';
import { visible } from '../../text/visible.ts';
import { FileError } from '../input-file.ts';
import type { Draft } from './docker-spec.ts';
import type { Deployment, InCluster, RouteFound } from './in-cluster.ts';
import { presetWithSeries, type Prometheus } from './series.ts';

/** What is given beside the name of the Deployment. */
export interface Given {
  namespace: string;
  context?: string;
  /** The name of the service; by default that of the Deployment. */
  service?: string;
  /** The container that gets the new image; required if there are several. */
  container?: string;
}

/**
 * Writes a spec that releases a Deployment.
 *
 * @param prometheus where its numbers are; null: not found
 * @throws FileError where the Deployment does not say enough
 */
export async function kubernetesSpec(
  found: InCluster,
  given: Given,
  prometheus: Prometheus | null,
): Promise<Draft> {
  const { deployment, services } = found;
  const { name } = deployment.metadata;
  const { namespace, context } = given;
  const container = containerOf(deployment, given.container);
  const stable = services.includes(name) ? name : (services[0] ?? name);
  const route = found.routes[0];
  const where = { ...(context !== undefined && { context }), namespace };
  const measured = await measuredBy(deployment, stable, route, prometheus);
  const source = { type: 'prometheus', preset: measured.preset };
  const spec = {
    service: given.service ?? name,
    target: {
      type: 'kubernetes',
      ...where,
      ...((given.service ?? name) !== name && { deployment: name }),
      ...(container.several && { container: container.name }),
      image: `${container.image}:$version`,
      ...(services.length > 1 && { service: stable }),
    },
    ...(route !== undefined && {
      traffic: { type: 'gateway-api', ...where, route: `${route.kind}/${route.name}`, service: stable },
    }),
    every: '15s',
    prometheus: { url: prometheus?.url ?? 'http://prometheus.monitoring:9090' },
    tracks: measured.tracks,
    metrics: [
      { name: 'errors', kind: 'rate', source },
      { name: 'errors-at-all', kind: 'rate', source, max: '2%' },
    ],
    // Without a splitter the canary gets traffic by its copies.
    steps: [
      { ...(route === undefined ? { capacity: 10 } : { weight: 5 }), bake: { min: '5m', max: '30m' } },
      { ...(route === undefined ? { capacity: 50 } : { weight: 50 }), bake: { min: '5m', max: '1h' } },
      { ...(route === undefined ? { capacity: 100 } : { weight: 100 }), bake: '10m' },
    ],
  };
  const head = [
    visible(
      `# Releases ${spec.service}: the Deployment ${namespace}/${name}, which runs ${container.running}.`,
    ),
    '# Check it: coalmine validate FILE --release VERSION. Its keys: docs/kubernetes.md, docs/gateway-api.md, docs/metrics.md.',
  ];
  return {
    text: `${head.join('\n')}\n${stringify(spec, { lineWidth: 120, aliasDuplicateObjects: false })}`,
    notes: notesOn(found, { stable, measured, prometheus, container: container.name }),
  };
}

interface Measured {
  preset: PresetName;
  tracks: Record<'canary' | 'stable', Record<string, { matches: string }>>;
  /** Whether Prometheus has series of it. */
  known: boolean;
}

/** By the gateway if it counts requests by Service, otherwise by the pods themselves. */
async function measuredBy(
  { metadata: { name, namespace } }: Deployment,
  stable: string,
  route: RouteFound | undefined,
  prometheus: Prometheus | null,
): Promise<Measured> {
  const has = async (names: readonly PresetName[], match: string): Promise<PresetName | null> =>
    prometheus === null ? null : presetWithSeries(prometheus, names, match);
  if (route?.controller === 'traefik.io/gateway-controller') {
    const counted = (service: string): string => `.*-svc-${namespace}-${service}-\\d+@kubernetesgateway`;
    const match = `service=~${JSON.stringify(counted(stable))}`;
    return {
      preset: 'traefik',
      tracks: {
        canary: { service: { matches: counted(besideName(stable, 'canary')) } },
        stable: { service: { matches: counted(stable) } },
      },
      known: (await has(['traefik'], match)) !== null,
    };
  }
  const match = `namespace="${namespace}",pod=~"${name}-[0-9a-f]+-[a-z0-9]+"`;
  const preset = await has(ofPods, match);
  return {
    preset: preset ?? 'http-server',
    tracks: {
      canary: { pod: { matches: `${besideName(name, 'canary')}-.*` } },
      stable: { pod: { matches: `${name}-[0-9a-f]+-[a-z0-9]+` } },
    },
    known: preset !== null,
  };
}

/** What pods count themselves. */
const ofPods = ['http-server', 'express-prom-bundle', 'opentelemetry', 'spring-boot', 'grpc-server'] as const;

/** What could not be found out, a sentence each. */
function notesOn(
  { deployment, services, routes }: InCluster,
  {
    stable,
    measured,
    prometheus,
    container,
  }: { stable: string; measured: Measured; prometheus: Prometheus | null; container: string },
): string[] {
  const { name, namespace } = deployment.metadata;
  const notes: string[] = [];
  if (services.length === 0)
    notes.push(`No Service selects the pods of ${name}: create one, or correct traffic.service.`);
  if (services.length > 1)
    notes.push(
      `Several Services select its pods (${services.join(', ')}); the spec has ${stable}: correct target.service if users come by another.`,
    );
  if (routes.length === 0)
    notes.push(
      `No route of the Gateway API in ${namespace} sends to it, so the share of traffic follows the number of copies: add traffic for exact weights (docs/gateway-api.md).`,
    );
  if (routes.length > 1)
    notes.push(
      `Several routes send to it (${routes.map((one) => `${one.kind}/${one.name}`).join(', ')}); the spec splits the first: correct traffic.route.`,
    );
  if (prometheus === null)
    notes.push('No Prometheus was found in the cluster: correct prometheus.url, or say --prometheus URL.');
  else if (!measured.known)
    notes.push(
      `Prometheus has no series of ${name} under a name that Coalmine knows: correct the metrics and tracks (docs/metrics.md).`,
    );
  const probed = deployment.spec.template.spec.containers.find((one) => one.name === container);
  if (probed?.readinessProbe === undefined)
    notes.push(
      `The container ${container} has no readinessProbe, so a copy gets traffic as soon as it has started: add one to the Deployment.`,
    );
  return notes;
}

interface Container {
  name: string;
  /** Without its tag. */
  image: string;
  running: string;
  several: boolean;
}

/** @throws FileError where nobody can tell which one is released, or its image has no tag */
function containerOf(deployment: Deployment, given: string | undefined): Container {
  const { containers } = deployment.spec.template.spec;
  const names = containers.map(({ name }) => name);
  const found =
    given === undefined
      ? containers.length === 1
        ? containers[0]
        : undefined
      : containers.find(({ name }) => name === given);
  if (found === undefined)
    throw new FileError(
      `${deployment.metadata.name} has the containers ${names.join(', ')}: say by --container which of them gets the new version.`,
    );
  const [, image] = /^((?:[^/@]+\/)*[^/:@]+)(?::[^/@]+)?(?:@.+)?$/.exec(found.image) ?? [];
  if (image === undefined)
    throw new FileError(
      `The container ${found.name} runs the image ${found.image}, whose name cannot be read. Start it from one with a name and a tag.`,
    );
  return { name: found.name, image, running: found.image, several: containers.length > 1 };
}
