/** docs/http-contract.md and a page of metrics per track, for some simulated services at once. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Service, type Effect } from './service.ts';

export interface Platform {
  /** host:port */
  address: string;
  services: readonly Service[];
  urlOf: (service: Service) => string;
  close: () => Promise<void>;
}

interface Answer {
  status: number;
  body: string;
}

/** @param isLarge its services have ten metrics, else two */
export async function startPlatform(count: number, seed: number, isLarge: boolean): Promise<Platform> {
  const services = Array.from({ length: count }, (_, at) => new Service(`service-${at + 1}`, seed, isLarge));
  const server = createServer((request, response) => {
    answer(services, request).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    services,
    urlOf: ({ name }) => `http://${address}/${name}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(services: readonly Service[], request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform');
  const [, name, scraped] = pathname.split('/');
  const service = services.find((one) => one.name === name);
  if (service === undefined) return { status: 404, body: `there is no service ${name ?? ''}` };
  if (scraped !== undefined) {
    const body = service.page(scraped);
    return body === null ? { status: 503, body: 'no copy runs' } : { status: 200, body };
  }
  if (request.method === 'POST') {
    const fits = service.act((await json(request)) as Effect);
    return fits ? { status: 200, body: '{}' } : { status: 409, body: 'a newer effect was there before' };
  }
  const said =
    searchParams.get('call') === 'read' ? service.read() : service.check(searchParams.get('track'));
  return { status: 200, body: JSON.stringify(said) };
}
