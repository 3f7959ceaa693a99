/** autocannon's client is one connection. What is declared here of it is in no typings and in no promise. */
declare module 'autocannon/lib/httpClient.js' {
  import type { Socket } from 'node:net';

  export default class Client {
    /** Opens the connection, and sends the first request over it. */
    constructor(options: object);
    conn: Socket;
    rateInterval: NodeJS.Timeout;
    reqsMadeThisSecond: number;
    _doRequest(): void;
    destroy(): void;
    on(event: 'headers', listener: (head: { shouldKeepAlive: boolean }) => void): void;
    on(event: 'response', listener: (status: number) => void): void;
    on(event: 'timeout' | 'connError', listener: () => void): void;
  }
}
