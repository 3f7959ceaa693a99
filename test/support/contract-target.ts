/** docs/http-contract.md in its smallest form, for adapters to be tried against: a server that runs nothing. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Fence, Split, Track } from '../../src/domain/rollout.ts';

/** A request as it arrived. */
interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface ContractTarget {
  url: string;
  /** Every request that came, oldest first. */
  arrived: Arrived[];
  /** The versions that run of a track. */
  running: (track: Track) => string[];
  /** What the canary has of stable's capacity, in per cent. */
  share: () => number | null;
  split: () => Split;
  /** From now on every request is answered like this. */
  answer: (listener: RequestListener) => void;
  /** From now on no request is answered; resolves when one has come. */
  hang: () => Promise<void>;
  close: () => Promise<void>;
}

interface EffectBody extends Split {
  call: string;
  version: string;
  scope: 'canary' | 'all';
  share: number;
  fence: Fence;
}

/** Serves one service, of which `stable` runs. */
export async function startContractTarget(stable: string): Promise<ContractTarget> {
  const arrived: Arrived[] = [];
  let serving = stable;
  let canary: { version: string; share: number } | null = null;
  let split: Split = { weight: 0, audience: null };
  let last: Fence = { epoch: 0, number: 0 };
  let listener: RequestListener | null = null;

  const running = (track: Track): string[] =>
    track === 'stable' ? [serving] : canary === null ? [] : [canary.version];

  function effect(body: EffectBody, response: ServerResponse): void {
    if (isOlder(body.fence, last)) return reply(response, 409, { last });
    last = body.fence;
    if (body.call === 'split') split = { weight: body.weight, audience: body.audience };
    else if (body.call === 'remove') canary = null;
    else if (body.scope === 'all') serving = body.version;
    else canary = { version: body.version, share: body.share };
    reply(response, 202, {});
  }

  function question(query: URLSearchParams, response: ServerResponse): void {
    if (query.get('call') === 'read') return reply(response, 200, split);
    const versions = running(query.get('track') === 'stable' ? 'stable' : 'canary');
    reply(response, 200, { alive: versions.length > 0, versions, fence: true });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = method === 'POST' ? await json(request) : undefined;
    arrived.push({ method, url, headers, body });
    if (listener !== null) listener(request, response);
    else if (method === 'POST') effect(body as EffectBody, response);
    else question(new URL(url, 'http://target').searchParams, response);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      reply(response, 400, { error: String(error) });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/coalmine`,
    arrived,
    running,
    share: () => canary?.share ?? null,
    split: () => split,
    answer: (next) => {
      listener = next;
    },
    hang: () =>
      new Promise((come) => {
        listener = () => {
          come();
        };
      }),
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  };
}

function isOlder(fence: Fence, than: Fence): boolean {
  return fence.epoch < than.epoch || (fence.epoch === than.epoch && fence.number < than.number);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
