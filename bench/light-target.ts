/** docs/http-contract.md for any number of services at once, which run nothing: one server, a path per service. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What one service's target has seen. */
export interface Seen {
  /** When its metric was read, ms since 1970, oldest first. */
  looks: number[];
  /** The effects that were accepted, with when, oldest first: `deploy`, `split 20`, `promote`, … */
  effects: { name: string; at: number }[];
}

interface Service extends Seen {
  stable: string;
  canary: string | null;
  weight: number;
}

interface Effect {
  call: string;
  version: string;
  weight?: number;
}

export interface LightTarget {
  urlOf: (service: string) => string;
  seen: (service: string) => Seen;
  close: () => Promise<void>;
}

export async function startLightTarget(): Promise<LightTarget> {
  const services = new Map<string, Service>();
  function serviceOf(name: string): Service {
    const service = services.get(name) ?? { stable: 'v1', canary: null, weight: 0, looks: [], effects: [] };
    services.set(name, service);
    return service;
  }

  function act(service: Service, { call, version, weight }: Effect): object {
    service.effects.push({ name: weight === undefined ? call : `${call} ${String(weight)}`, at: Date.now() });
    if (call === 'deploy') service.canary = version;
    if (call === 'promote') service.stable = version;
    if (call === 'remove') service.canary = null;
    service.weight = weight ?? service.weight;
    return {};
  }

  function tell(service: Service, query: URLSearchParams): object {
    const { stable, canary, weight } = service;
    if (query.get('call') === 'read') return { weight, audience: null };
    if (query.get('call') === 'check') {
      const version = query.get('track') === 'stable' ? stable : canary;
      return { alive: version !== null, versions: version === null ? [] : [version], fence: true };
    }
    service.looks.push(Date.now());
    return { errors: 0 };
  }

  async function answer(request: IncomingMessage): Promise<object> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://target');
    const service = serviceOf(pathname);
    return request.method === 'POST'
      ? act(service, (await json(request)) as Effect)
      : tell(service, searchParams);
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (service) => `http://127.0.0.1:${String(port)}/${service}`,
    seen: (service) => serviceOf(`/${service}`),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
