import { stringify } from 'yaml';
import { visible } from '../../text/visible.ts';
import { FileError } from '../input-file.ts';
import type { Inspected } from './inspected.ts';
import { publishedOf, type Proxy, type Sending } from './traefik.ts';

/** What is known of a container that is to be released. */
export interface Found {
  container: Inspected;
  proxy: Proxy | null;
  sending: Sending | null;
  /** A Prometheus on the same engine, where it is reached. */
  prometheus: string | null;
}

/** What is given beside that. */
export interface Given {
  /** The name of the service; by default the one that compose has, or the container's. */
  service?: string;
  /** The port on which it answers; by default found. */
  port?: number;
}

/** A spec as text, and what its author still has to see to: a sentence each. */
export interface Draft {
  text: string;
  notes: string[];
}

/**
 * Writes a spec that releases a container behind its Traefik.
 *
 * @throws FileError where the container does not say enough
 */
export function dockerSpec(found: Found, given: Given): Draft {
  const { container, proxy, sending, prometheus } = found;
  const { Name, Config } = container;
  const service = given.service ?? composed(container)?.service ?? Name;
  const spec = {
    service,
    target: {
      type: 'docker',
      container: containerOf(container),
      image: `${imageOf(Config.Image)}:$version`,
      port: portOf(container, given.port),
      address: isBeside(container, proxy) ? 'name' : 'port',
    },
    traffic: {
      type: 'traefik',
      directory: proxy?.directory ?? '/etc/traefik/dynamic',
      api: proxy?.api ?? 'http://127.0.0.1:8080',
      ...(sending?.routers.length === 1 && { router: sending.routers[0] }),
    },
    every: '15s',
    prometheus: { url: prometheus ?? 'http://127.0.0.1:9090' },
    tracks: {
      canary: { service: 'coalmine-$service-canary@file' },
      stable: { service: sending?.service ?? '$service@docker' },
    },
    metrics: [
      { name: 'errors', kind: 'rate', source: counted },
      { name: 'errors-at-all', kind: 'rate', source: counted, max: '2%' },
    ],
    steps: [
      { weight: 5, bake: { min: '5m', max: '30m' } },
      { weight: 50, bake: { min: '5m', max: '1h' } },
      { weight: 100, bake: '10m' },
    ],
  };
  const head = [
    visible(`# Releases ${service}: the container ${Name}, which runs ${Config.Image}.`),
    '# Check it: coalmine validate FILE --release VERSION. Its keys: docs/docker.md, docs/traefik.md, docs/metrics.md.',
  ];
  return {
    text: `${head.join('\n')}\n${stringify(spec, { lineWidth: 120, aliasDuplicateObjects: false })}`,
    notes: notesOn(found),
  };
}

const counted = { type: 'prometheus', preset: 'traefik' };

/** What could not be found out. */
function notesOn({ container, proxy, sending, prometheus }: Found): string[] {
  const notes: string[] = [];
  if (proxy === null)
    notes.push('No Traefik with a file provider runs on this engine: correct traffic (docs/traefik.md).');
  else {
    if (proxy.directory === null)
      notes.push(
        `The directory of the file provider of ${proxy.container.Name} is no mount, so the worker cannot write to it: mount one, and correct traffic.directory.`,
      );
    if (proxy.api === null)
      notes.push(
        `${proxy.container.Name} publishes no port 8080: correct traffic.api, where the worker reaches its API.`,
      );
    if (sending === null)
      notes.push(
        `Its API does not say which Traefik service sends to ${container.Name}: correct tracks.stable.service.`,
      );
    if (!proxy.container.Args.some((argument) => /^--metrics\.prometheus/i.test(argument)))
      notes.push(
        `${proxy.container.Name} counts nothing for Prometheus: start it with --metrics.prometheus.addServicesLabels=true.`,
      );
  }
  if (prometheus === null)
    notes.push('No Prometheus publishes its port 9090 on this engine: correct prometheus.url.');
  const [kind = 'NONE'] = container.Config.Healthcheck?.Test ?? [];
  if (kind === 'NONE')
    notes.push(
      'The container has no HEALTHCHECK, so a copy counts as ready after 5s: give it one, or say a path by target.health.',
    );
  return notes;
}

/** @throws FileError where the image has no name */
function imageOf(image: string): string {
  const [, name] = /^(?!sha256:)((?:[^/@]+\/)*[^/:@]+)(?::[^/@]+)?(?:@.+)?$/.exec(image) ?? [];
  if (name !== undefined && !/^[0-9a-f]{12,64}$/.test(name)) return name;
  throw new FileError(
    `The container runs an image without a name (${image}), so nobody can tell what the image of another version is called. Start it from one with a name and a tag.`,
  );
}

/** A compose service by its name, since compose may have several containers of it; else the container. */
function containerOf(container: Inspected): string {
  const found = composed(container);
  return found === null ? container.Name : `${found.project}/${found.service}`;
}

/** Images that compose has built have its labels, too; only its containers have the last one. */
function composed({ Config: { Labels } }: Inspected): { project: string; service: string } | null {
  const [project, service, oneoff] = ['project', 'service', 'oneoff'].map(
    (label) => Labels[`com.docker.compose.${label}`],
  );
  return project === undefined || service === undefined || oneoff !== 'False' ? null : { project, service };
}

/** @throws FileError where there is none, or several to choose from */
function portOf({ Name, Config }: Inspected, given: number | undefined): number {
  const label = /^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port$/i;
  const named = Object.entries(Config.Labels).find(([name]) => label.test(name))?.[1];
  const exposed = Object.keys(Config.ExposedPorts).flatMap((port) => /^(\d+)\/tcp$/.exec(port)?.[1] ?? []);
  const port = given ?? named ?? (exposed.length === 1 ? exposed[0] : undefined);
  if (port !== undefined) return Number(port);
  throw new FileError(
    `${Name} exposes ${exposed.length === 0 ? 'no port' : `the ports ${exposed.join(', ')}`}: say by --port on which one it answers.`,
  );
}

/** Whether the proxy finds it by its name: in a network of both, other than the default one, which knows no names. */
function isBeside({ NetworkSettings: { Networks } }: Inspected, proxy: Proxy | null): boolean {
  const others = proxy?.container.NetworkSettings.Networks ?? {};
  return Object.keys(others).some((network) => network !== 'bridge' && network in Networks);
}

/** A Prometheus among the containers, where the host has it. */
export function prometheusAmong(containers: readonly Inspected[]): string | null {
  const found = containers.find(({ Path }) => /(^|\/)prometheus$/.test(Path));
  return found === undefined ? null : publishedOf(found, 9090);
}
