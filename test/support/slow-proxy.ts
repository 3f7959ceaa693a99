/** Stands before a target and lets through what it is told to: the network at its worst, on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as its sender meant it: the path, and the members of its body or its query. */
export interface Asked {
  path: string;
  call?: string;
  weight?: number;
}

/** One request that the proxy keeps to itself. */
interface Held {
  /** Resolves when it is here; where the answer is held, when the target has answered. */
  here: Promise<void>;
  /** Lets it go on, even if its sender is long dead; gives the status that the target answers with. */
  letGo: () => Promise<number>;
}

export interface SlowProxy {
  url: string;
  /** Holds the next request that is so, before the target has seen it. */
  hold: (isSo: (asked: Asked) => boolean) => Held;
  /** Holds the answer to the next request that is so: the target has done what was asked, and nobody knows. */
  holdAnswer: (isSo: (asked: Asked) => boolean) => Held;
  close: () => Promise<void>;
}

interface Wait {
  isSo: (asked: Asked) => boolean;
  before: 'request' | 'answer';
  came: () => void;
  go: Promise<void>;
  answered: (status: number) => void;
}

/** @param target where requests go on to, under the same path */
export async function startSlowProxy(target: string): Promise<SlowProxy> {
  const waits = new Set<Wait>();

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const body = await text(request);
    const asked = askedOf(url, body);
    const wait = [...waits].find(({ isSo }) => isSo(asked));
    if (wait !== undefined) waits.delete(wait);
    if (wait?.before === 'request') await held(wait);
    const answer = await fetch(new URL(url, target), {
      method,
      ...(method === 'POST' && { body, headers: { 'content-type': 'application/json' } }),
    });
    const said = await answer.text();
    if (wait?.before === 'answer') await held(wait);
    wait?.answered(answer.status);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(said);
  }

  function held({ came, go }: Wait): Promise<void> {
    came();
    return go;
  }

  function hold(isSo: Wait['isSo'], before: Wait['before']): Held {
    const here = promised<undefined>();
    const go = promised<undefined>();
    const status = promised<number>();
    waits.add({
      isSo,
      before,
      came: () => here.resolve(undefined),
      go: go.promise,
      answered: status.resolve,
    });
    const letGo = (): Promise<number> => {
      go.resolve(undefined);
      return status.promise;
    };
    return { here: here.promise, letGo };
  }

  const server = createServer((request, response) => {
    // The target is not there, or the sender has gone: either way there is nobody to answer but by a fault.
    pass(request, response).catch(() => response.writeHead(502).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (isSo) => hold(isSo, 'request'),
    holdAnswer: (isSo) => hold(isSo, 'answer'),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function askedOf(url: string, body: string): Asked {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const members = body === '' ? Object.fromEntries(searchParams) : (JSON.parse(body) as object);
  return { path: pathname, ...members };
}

function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}
