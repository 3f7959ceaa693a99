import type { TLSSocket } from 'node:tls';
import autocannon from 'autocannon';
import type { Ending } from './tally.ts';

/** What is sent. */
export interface Shot {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers: Record<string, string>;
  body: string | undefined;
  /** Seconds after which a request is given up. */
  timeout: number;
}

/** What autocannon's client has beyond its typings. */
interface Client {
  conn: TLSSocket;
  reqsMade: number;
  responseMax: number;
  on(event: 'request', listener: () => void): this;
  on(event: 'headers', listener: (head: { shouldKeepAlive: boolean }) => void): this;
}

/**
 * Sends `amount` requests over `connections`, one after the other on each, tells how each of them ended, and
 * returns how many were not sent after all: those of a connection that the server closed in good order. All are due at
 * once, and their time is counted from then on: also while they wait for a connection, or for those before them on it,
 * which a client that waits its turn does not see (coordinated omission: Tene, "How NOT to measure latency", 2015).
 * At the signal what is under way is dropped within 50 ms, and not counted.
 */
export async function volley(
  shot: Shot,
  amount: number,
  connections: number,
  signal: AbortSignal,
  ended: (ending: Ending) => void,
): Promise<number> {
  const due = performance.now();
  let left = amount;
  let unsent = 0;
  const end = (ending: Ending): void => {
    left -= 1;
    ended(ending);
  };
  const setupClient = (typed: autocannon.Client): void => {
    const client = typed as unknown as Client;
    refuseUnproved(client);
    endAtClose(client, (n) => {
      unsent += n;
    });
  };
  const options = { ...shot, amount, connections, setupClient, sampleInt: 50, skipAggregateResult: true };
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(options, (error: Error | null) => {
      signal.removeEventListener('abort', stop);
      if (error === null) resolve();
      else reject(error);
    });
    const stop = (): void => {
      run.stop();
    };
    signal.addEventListener('abort', stop);
    run.on('response', (_client, status) => {
      end({ status, milliseconds: performance.now() - due });
    });
    run.on('reqError', (error: Error) => {
      end({ unanswered: error.message === 'request timed out' ? 'timeout' : 'connection' });
    });
  });
  // A connection that closed without an answer and without an error says nothing to anybody.
  if (!signal.aborted) while (left > unsent) end({ unanswered: 'connection' });
  return unsent;
}

/** autocannon takes any certificate; the headers may hold a secret, so one that proves nothing ends the connection. */
function refuseUnproved(client: Client): void {
  let guarded: TLSSocket | null = null;
  client.on('request', () => {
    const { conn } = client;
    if (conn === guarded) return;
    guarded = conn;
    conn.once('secureConnect', () => {
      if (!conn.authorized) conn.destroy(conn.authorizationError);
    });
  });
}

/**
 * After an answer that says `Connection: close` autocannon writes its next request into the closed connection
 * and takes it for sent. This ends the client there, and says how many requests it had still to make.
 */
function endAtClose(client: Client, unsent: (n: number) => void): void {
  client.on('headers', ({ shouldKeepAlive }) => {
    if (shouldKeepAlive) return;
    unsent(client.responseMax - client.reqsMade);
    client.responseMax = client.reqsMade;
  });
}
