import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Address } from '../config.ts';
import { cannotListen } from './listening.ts';

/** Each says what is wrong, in a few words; null: nothing. */
export interface Health {
  /** Whether the process is to be started again. */
  healthz: () => string | null;
  /** Whether it takes work. */
  readyz: () => Promise<string | null>;
}

/**
 * Answers `/healthz` and `/readyz`: 200, or 503 with the reason.
 *
 * @returns what ends it
 * @throws ConfigError if the address cannot be listened at
 */
export async function serveHealth({ host, port }: Address, health: Health): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    void answer(request.url?.split('?', 1)[0], response, health);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen('COALMINE_HEALTH_ADDRESS', { host, port }, error);
  }
  return () => close(server);
}

async function answer(path: string | undefined, response: ServerResponse, health: Health): Promise<void> {
  if (path === '/healthz') say(response, health.healthz());
  else if (path === '/readyz') say(response, await health.readyz());
  else response.writeHead(404).end();
}

function say(response: ServerResponse, reason: string | null): void {
  response
    .writeHead(reason === null ? 200 : 503, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
    })
    .end(JSON.stringify(reason === null ? { ok: true } : { ok: false, reason }));
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
