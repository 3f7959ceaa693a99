import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import Client from 'autocannon/lib/httpClient.js';
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

/** A connection to a shot's target, on which one request at a time is under way. */
export interface Connection {
  /** Sends one more, at the first call over a new connection; never while one is under way. Its time counts from now. */
  send: (ended: (ending: Ending) => void) => void;
  /** Nothing is told of what is under way. */
  close: () => void;
}

/**
 * @param free it has been answered, and takes another request
 * @param gone it takes none any more
 */
export function connectionFor(shot: Shot, free: () => void, gone: () => void): Connection {
  let client: Client | null = null;
  let tell: ((ending: Ending) => void) | null = null;
  let due = 0;
  let keptAlive = true;

  const end = (ending: Ending): void => {
    const told = tell;
    tell = null;
    told?.(ending);
  };
  const leave = (): void => {
    client?.destroy();
    gone();
  };
  const lose = (unanswered: 'timeout' | 'connection'): void => {
    end({ unanswered });
    leave();
  };
  const open = (): Client => {
    const opened = new Client(optionsOf(shot));
    clearInterval(opened.rateInterval);
    refuseUnproved(opened.conn);
    // Before autocannon's own listener, which opens another connection that nobody asked for.
    opened.conn.prependListener('end', () => lose('connection'));
    opened.on('connError', () => lose('connection'));
    opened.on('timeout', () => lose('timeout'));
    opened.on('headers', ({ shouldKeepAlive }) => {
      keptAlive = shouldKeepAlive;
    });
    opened.on('response', (status) => {
      end({ status, milliseconds: performance.now() - due });
      if (keptAlive) free();
      else leave();
    });
    return opened;
  };

  return {
    send(ended) {
      tell = ended;
      due = performance.now();
      if (client === null) {
        client = open();
      } else {
        client.reqsMadeThisSecond = 0;
        client._doRequest();
      }
    },
    close() {
      tell = null;
      client?.destroy();
    },
  };
}

/**
 * At a rate of one a second a client sends its first request as it opens, and the next when its second is over: that is
 * said to it when the next is due.
 */
function optionsOf({ url, ...shot }: Shot): object {
  const parsed = new URL(url);
  return { ...urlToHttpOptions(parsed), host: parsed.host, ...shot, pipelining: 1, rate: 1 };
}

/** autocannon takes any certificate; the headers may hold a secret, so one that proves nothing ends the connection. */
function refuseUnproved(conn: Socket): void {
  if (!(conn instanceof TLSSocket)) return;
  conn.once('secureConnect', () => {
    if (!conn.authorized) conn.destroy(conn.authorizationError);
  });
}
