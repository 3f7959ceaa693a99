import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy before a Prometheus that lets in who brings these headers, as a Mimir or a gateway does. */
export interface Gate {
  url: string;
  end: () => void;
}

/** @param demanded each header, with its only value that is let in */
export async function startGate(upstream: string, demanded: Record<string, string>): Promise<Gate> {
  const server = createServer((asked, response) => {
    const wrong = Object.keys(demanded).find((name) => asked.headers[name] !== demanded[name]);
    if (wrong !== undefined) {
      // Gateways that are to be debugged echo what came.
      const came = String(asked.headers[wrong]);
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: `${wrong} is not let in: ${came}` }));
      return;
    }
    const passed = request(new URL(asked.url ?? '/', upstream), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy()).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    end: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
