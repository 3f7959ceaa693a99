import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Loaded {
  url: string;
  /** When each request came, in ms since 1970. */
  came: number[];
  /** Connections that were made so far. */
  connections: () => number;
}

/** Something to put load on, for the length of a test. */
export async function startLoaded(listener: RequestListener): Promise<Loaded> {
  const came: number[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    came.push(Date.now());
    listener(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/cart`;
  return { url, came, connections: () => connections };
}
