import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';

export interface CodecServerOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Origins of Web UIs that may ask, such as `http://localhost:8233`; no other page of a browser may. */
  origins: readonly string[];
}

/** The most that a request may have, in bytes: what Temporal sends in one answer, in base64, and more. */
const mostOfRequest = 16 * 1024 * 1024;

/** How long a request may take to arrive, in milliseconds. */
const arrivesWithin = 30_000;

/**
 * Temporal's remote codec protocol: POST `/encode` and `/decode`, each with `{ payloads: […] }` as protobuf's JSON. Whoever
 * can connect can read everything that is encrypted; nobody is asked who they are.
 *
 * @returns where it listens, and what ends it
 * @throws the system's error if it cannot listen there
 */
export async function serveCodec(
  { host, port, origins }: CodecServerOptions,
  codec: PayloadCodec,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer({ requestTimeout: arrivesWithin }, (request, response) => {
    void answer(request, response, origins, codec);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { port: listens } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${String(listens)}`, close: () => close(server) };
}

/** A request that gets an error for an answer. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
  codec: PayloadCodec,
): Promise<void> {
  const { origin } = request.headers;
  response.setHeader('cache-control', 'no-store');
  response.setHeader('vary', 'origin');
  try {
    // Browsers name the page that asks: one that is not listed learns nothing, under whatever name it has reached us.
    if (origin !== undefined && !origins.includes(origin))
      throw new Refused(
        403,
        `the origin ${JSON.stringify(origin)} may not ask: coalmine codec-server --origin`,
      );
    if (origin !== undefined) response.setHeader('access-control-allow-origin', origin);
    if (request.method === 'OPTIONS') {
      response
        .writeHead(204, {
          'access-control-allow-methods': 'POST, OPTIONS',
          'access-control-allow-headers': 'authorization, content-type, x-namespace',
        })
        .end();
      return;
    }
    const work = workOf(request, codec);
    const payloads = await work(payloadsOf(await bodyOf(request)));
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ payloads: payloads.map(toJson) }));
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(500, 'unexpected error');
    // What is left of the request is not read.
    response
      .writeHead(refused.status, { 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify({ message: refused.message }));
  }
}

function workOf(request: IncomingMessage, codec: PayloadCodec): (payloads: Payload[]) => Promise<Payload[]> {
  const path = request.url?.split('?', 1)[0] ?? '';
  if (!path.endsWith('/encode') && !path.endsWith('/decode'))
    throw new Refused(404, 'expected POST /encode or POST /decode');
  if (request.method !== 'POST') throw new Refused(405, 'expected the method POST');
  return path.endsWith('/encode')
    ? (payloads) => codec.encode(payloads)
    : (payloads) => codec.decode(payloads);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostOfRequest)
      throw new Refused(
        413,
        `the request has more than ${String(mostOfRequest)} bytes, the most that is read`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const shape = 'expected {"payloads":[{"metadata":{…},"data":"…"}]} with values in base64';

function payloadsOf(body: string): Payload[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refused(400, `the request is not JSON: ${shape}`);
  }
  const payloads = isRecord(value) ? (value['payloads'] ?? []) : null;
  if (!Array.isArray(payloads)) throw new Refused(400, shape);
  return payloads.map(fromJson);
}

function fromJson(value: unknown): Payload {
  if (!isRecord(value)) throw new Refused(400, shape);
  const metadata = value['metadata'] ?? {};
  if (!isRecord(metadata)) throw new Refused(400, shape);
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, bytesOf(text)])),
    data: bytesOf(value['data'] ?? ''),
  };
}

function toJson({ metadata, data }: Payload): object {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)]),
    ),
    data: base64(data ?? new Uint8Array()),
  };
}

function bytesOf(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new Refused(400, shape);
  return Buffer.from(text, 'base64');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
