import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of a host of this machine that nothing listens on. It lies below the range from which systems take the ports of
 * outgoing connections, so that none of these comes between this answer and its use.
 */
export async function freePort(host: string): Promise<number> {
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(host, port)) return port;
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
