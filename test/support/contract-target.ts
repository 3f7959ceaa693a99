/** docs/http-contract.md in its smallest form, for adapters to be tried against: a server that runs nothing. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { isOlder } from '../../src/domain/fence.ts';
import type { Fence, Split, Track } from '../../src/domain/rollout.ts';

/** A request as it arrived. */
interface Arrived {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** What a request asks for: the members of its body, or of its query. */
export interface Asked {
  call?: string;
  track?: string;
  share?: number;
  weight?: number;
}

interface Said {
  status: number;
  body: unknown;
}

/** What is answered in place of what should be. `act` does what was asked, or that with other members. */
export type Fault = (response: ServerResponse, act: (instead?: object) => Said) => void;

export interface ContractTarget {
  url: string;
  /** Every request that came, oldest first. */
  arrived: Arrived[];
  /** The versions that run of a track. */
  running: (track: Track) => string[];
  /** What the canary has of stable's capacity, in per cent. */
  share: () => number | null;
  split: () => Split;
  /** Someone else changes what stable runs. */
  become: (stable: string | string[]) => void;
  /** From now on every request is answered like this. */
  answer: (listener: RequestListener) => void;
  /** From now on requests meet the fault that this gives for them, if any. */
  befall: (faultOf: (asked: Asked) => Fault | null) => void;
  /** From now on no request is answered; resolves when one has come. */
  hang: () => Promise<void>;
  close: () => Promise<void>;
}

interface EffectBody extends Pick<Split, 'weight' | 'audience'> {
  /** Of a deploy: there is to be one. Of a split: what it gets. */
  baseline?: boolean | number;
  call: string;
  version: string;
  scope: 'canary' | 'all';
  share: number;
  fence: Fence;
}

/** Serves one service, of which `stable` runs. */
export async function startContractTarget(stable: string): Promise<ContractTarget> {
  const arrived: Arrived[] = [];
  let serving = [stable];
  let canary: { version: string; share: number } | null = null;
  let baseline: string[] = [];
  let split: Split = { weight: 0, audience: null };
  let last: Fence = { epoch: 0, number: 0 };
  let listener: RequestListener | null = null;
  let faultOf: (asked: Asked) => Fault | null = () => null;

  const running = (track: Track): string[] => {
    if (track === 'stable') return serving;
    if (track === 'baseline') return baseline;
    return canary === null ? [] : [canary.version];
  };

  function effect(body: EffectBody): Said {
    if (isOlder(body.fence, last)) return { status: 409, body: { last } };
    last = body.fence;
    const { version, share, weight, audience } = body;
    if (body.call === 'split')
      split = { weight, audience, ...(typeof body.baseline === 'number' && { baseline: body.baseline }) };
    else if (body.call === 'remove') [canary, baseline] = [null, []];
    else if (body.scope === 'all') serving = [version];
    else [canary, baseline] = [{ version, share }, body.baseline === true ? serving : []];
    return { status: 202, body: {} };
  }

  function question({ call, track }: Asked): Said {
    if (call === 'read') return { status: 200, body: split };
    const versions = running(track as Track);
    return { status: 200, body: { alive: versions.length > 0, versions, fence: true } };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = method === 'POST' ? await json(request) : undefined;
    arrived.push({ method, url, headers, body });
    if (listener !== null) {
      listener(request, response);
      return;
    }
    const asked: Asked = body ?? Object.fromEntries(new URL(url, 'http://target').searchParams);
    const act = (instead: object = {}): Said =>
      method === 'POST' ? effect({ ...(body as EffectBody), ...instead }) : question(asked);
    const fault = faultOf(asked);
    if (fault === null) reply(response, act());
    else fault(response, act);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      reply(response, { status: 400, body: { error: String(error) } });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/coalmine`,
    arrived,
    running,
    share: () => canary?.share ?? null,
    split: () => split,
    become: (next) => {
      serving = [next].flat();
    },
    answer: (next) => {
      listener = next;
    },
    befall: (next) => {
      faultOf = next;
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

export function reply(response: ServerResponse, { status, body }: Said): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
