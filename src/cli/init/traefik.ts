import { z } from 'zod';
import type { Inspected } from './inspected.ts';

/** A Traefik that runs on the engine. */
export interface Proxy {
  container: Inspected;
  /** Of its file provider: where the host has it; null: in no mount. */
  directory: string | null;
  /** Where the host has its API; null: nowhere. */
  api: string | null;
}

/** How it sends to a container; null: it does not, or does not say so. */
export interface Sending {
  /** The Traefik service whose servers the container is one of: `checkout@docker`. */
  service: string;
  /** The routers that send there. */
  routers: string[];
}

/** The first Traefik with a file provider among the containers. */
export function findProxy(containers: readonly Inspected[]): Proxy | null {
  for (const container of containers) {
    const inside = directoryIn(container);
    if (inside === null) continue;
    const mount = container.Mounts.find(({ Destination }) => inside === Destination);
    return { container, directory: mount?.Source ?? null, api: publishedOf(container, 8080) };
  }
  return null;
}

function directoryIn({ Args }: Inspected): string | null {
  const option = /^--providers\.file\.directory=(.+?)\/?$/i;
  return Args.map((argument) => option.exec(argument)?.[1]).find((found) => found !== undefined) ?? null;
}

/** Where the host has a port of a container, for this machine. */
export function publishedOf({ NetworkSettings }: Inspected, port: number): string | null {
  const [at] = NetworkSettings.Ports[`${String(port)}/tcp`] ?? [];
  return at === undefined ? null : `http://127.0.0.1:${at.HostPort}`;
}

const services = z.array(
  z.object({
    name: z.string(),
    loadBalancer: z
      .object({ servers: z.array(z.object({ url: z.string().optional() })).default([]) })
      .optional(),
  }),
);
const routers = z.array(z.object({ name: z.string(), service: z.string() }));

/** Asks Traefik's API. */
export async function sendingTo(container: Inspected, api: string): Promise<Sending | null> {
  try {
    const isHere = hostsOf(container);
    const found = services
      .parse(await ask(`${api}/api/http/services?per_page=1000`))
      .find(({ loadBalancer }) => loadBalancer?.servers.some(({ url }) => url !== undefined && isHere(url)));
    if (found === undefined) return null;
    const all = routers.parse(await ask(`${api}/api/http/routers?per_page=1000`));
    const [, provider = ''] = found.name.split('@');
    const isFound = (service: string): boolean =>
      (service.includes('@') ? service : `${service}@${provider}`) === found.name;
    return {
      service: found.name,
      routers: all.filter((one) => isFound(one.service)).map(({ name }) => name),
    };
  } catch {
    return null;
  }
}

async function ask(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).json();
}

/** Whether a URL leads to the container: by its name, an alias, an address, or a port of this host. */
function hostsOf({ Name, NetworkSettings: { Networks, Ports } }: Inspected): (url: string) => boolean {
  const names = new Set([
    Name,
    ...Object.values(Networks).flatMap(({ IPAddress, Aliases }) => [IPAddress, ...Aliases]),
  ]);
  const ports = new Set(Object.values(Ports).flatMap((bound) => bound.map(({ HostPort }) => HostPort)));
  return (url) => {
    const { hostname, port } = new URL(url);
    return names.has(hostname) || (['127.0.0.1', 'localhost'].includes(hostname) && ports.has(port));
  };
}
