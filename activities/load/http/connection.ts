import type { Socket } from 'node:net';
import { buildConnector, Client, errors, type Dispatcher } from 'undici';
import type { RequestEnd, Unanswered } from './tally.ts';

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
  send: (ended: (end: RequestEnd) => void) => void;
  /** Nothing is told of what is under way. */
  close: () => void;
}

/** Bytes of an answer, all that comes over the wire, beyond which its rest is not waited for. */
const longestAnswer = 4 * 1024 * 1024;

/**
 * Bytes of an answer's headers, those of answers that say that another one comes (1xx) included; Node's own bound. Of
 * headers of a byte each, that many already take a hundred times their size while they are read.
 */
const longestHeaders = 16 * 1024;

/**
 * What comes is counted and dropped, so that an answer costs no memory, whatever it is.
 *
 * @param free it has been answered, and takes another request
 * @param gone it takes none any more
 */
export function connectionFor(shot: Shot, free: () => void, gone: () => void): Connection {
  const { origin, pathname, search } = new URL(shot.url);
  const milliseconds = shot.timeout * 1000;
  const connect = buildConnector({ timeout: milliseconds });
  let socket: Socket | null = null;
  let before = 0;
  let came = 0;
  let statusCode = 0;
  const client = new Client(origin, {
    pipelining: 1,
    maxHeaderSize: longestHeaders,
    connect(options, connected) {
      connect(options, (...[error, opened]) => {
        socket = opened;
        // Also for what never becomes a header or a body, such as a status line without an end.
        opened?.on('readable', () => {
          const earlier = came;
          came = opened.bytesRead - before;
          if (came > longestAnswer || (statusCode < 200 && earlier > longestHeaders)) lose('oversized');
        });
        if (error === null) connected(null, opened);
        else connected(error, null);
      });
    },
    // The time for a request is measured as a whole, and how long a connection may idle is its owner's affair.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 600_000,
  });
  const { method, headers, body = null } = shot;
  const request: Dispatcher.DispatchOptions = { path: pathname + search, method, headers, body };
  let tell: ((end: RequestEnd) => void) | null = null;

  const finish = (end: RequestEnd): void => {
    const told = tell;
    tell = null;
    told?.(end);
  };
  const close = (): void => {
    tell = null;
    // What it breaks off has been told, or is not to be.
    client.destroy().catch(() => undefined);
  };
  const lose = (unanswered: Unanswered): void => {
    finish({ unanswered });
    close();
    gone();
  };
  // A server ends a connection that it keeps no longer.
  client.on('disconnect', () => {
    if (tell === null) gone();
  });

  return {
    send(ended) {
      tell = ended;
      const due = performance.now();
      const overdue = setTimeout(() => lose('timeout'), milliseconds);
      let keptAlive = true;
      before = socket?.bytesRead ?? 0;
      [came, statusCode] = [0, 0];
      client.dispatch(request, {
        onConnect() {},
        onHeaders(status, rawHeaders) {
          statusCode = status;
          keptAlive = !saysClose(rawHeaders);
          return true;
        },
        onData: () => true,
        onComplete() {
          clearTimeout(overdue);
          if (tell === null) return;
          finish({ status: statusCode, milliseconds: performance.now() - due });
          if (keptAlive) {
            free();
            return;
          }
          close();
          gone();
        },
        onError(error) {
          clearTimeout(overdue);
          if (tell !== null) lose(error instanceof errors.HeadersOverflowError ? 'oversized' : 'connection');
        },
      });
    },
    close,
  };
}

/** Names and values alternate. */
function saysClose(rawHeaders: Buffer[]): boolean {
  return rawHeaders.some(
    (name, at) =>
      at % 2 === 0 &&
      name.toString('latin1').toLowerCase() === 'connection' &&
      /\bclose\b/i.test(rawHeaders[at + 1]?.toString('latin1') ?? ''),
  );
}
