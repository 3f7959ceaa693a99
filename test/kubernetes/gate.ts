/** A way to an API server on which one request can be held, and sent on late. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { request, type Dispatcher } from 'undici';
import { accessTo } from '../../activities/kubernetes/access.ts';

/** One that waits. */
export interface Held {
  /** As the API server will see it: `POST /apis/…`. */
  what: string;
  /** Sends it on, and resolves when the API server has answered. */
  release: () => Promise<void>;
}

export class Gate {
  readonly #context: string;
  readonly #server = createServer((asked, answer) => void this.#pass(asked, answer));
  #number = 0;
  #holdAt = 0;
  #onHeld: (held: Held) => void = () => undefined;

  private constructor(context: string) {
    this.#context = context;
  }

  /** @param context what is asked is sent on with its credentials */
  static async open(context: string): Promise<Gate> {
    const gate = new Gate(context);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Resolves when the request of this number, counted from now on and from 1, has come. It waits; the others do not. */
  hold(number: number): Promise<Held> {
    this.#number = 0;
    this.#holdAt = number;
    return new Promise((resolve) => (this.#onHeld = resolve));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.#number += 1;
    const isHeld = this.#number === this.#holdAt;
    const body = await text(asked);
    let done = (): void => undefined;
    const over = new Promise<void>((resolve) => (done = resolve));
    if (isHeld)
      await new Promise<void>((go) =>
        this.#onHeld({
          what: `${asked.method ?? ''} ${asked.url ?? ''}`,
          release: () => {
            go();
            return over;
          },
        }),
      );
    const { server, credentials } = await accessTo(this.#context);
    const { headers, dispatcher } = await credentials();
    const { 'content-type': type } = asked.headers;
    const { statusCode, body: said } = await request(server + (asked.url ?? ''), {
      method: asked.method as Dispatcher.HttpMethod,
      dispatcher,
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
      ...(body !== '' && { body }),
    });
    answer.writeHead(statusCode, { 'content-type': 'application/json' }).end(await said.text());
    done();
  }
}
