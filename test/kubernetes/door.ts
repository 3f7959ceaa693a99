/** A way to an API server that tests may close. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Door {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Called with each piece that a client sends; absent: it goes through. */
  #held: (() => void) | undefined;

  private constructor(to: URL) {
    this.#server = createServer((client) => {
      const server = connect(Number(to.port || 443), to.hostname);
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          server.destroy();
        });
      }
      client.on('data', (piece) => {
        if (this.#held === undefined) server.write(piece);
        else this.#held();
      });
      server.on('data', (piece) => client.write(piece));
    });
  }

  static async open(to: string): Promise<Door> {
    const door = new Door(new URL(to));
    door.#server.listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing that is asked arrives; resolves when something is asked. */
  hang(): Promise<void> {
    return new Promise((asked) => (this.#held = asked));
  }

  /** What is asked arrives again. Connections that have waited are cut. */
  letThrough(): void {
    this.#held = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
