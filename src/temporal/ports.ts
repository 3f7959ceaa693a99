import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** Whether nothing listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await listen(port);
    return true;
  } catch {
    return false;
  }
}

/** The wanted port where it is free, else one that is. */
export async function freePort(wanted: number): Promise<number> {
  return (await isFree(wanted)) ? wanted : anyFreePort();
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function anyFreePort(): Promise<number> {
  return listen(0);
}

async function listen(port: number): Promise<number> {
  const server = createServer();
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}
