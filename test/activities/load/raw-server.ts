import { createServer, type AddressInfo, type Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import type { TestContext } from 'vitest';

/** Answers each request over a socket of its own, as bytes, for the length of a test. */
export async function startRawServer(
  answer: (socket: Socket) => void,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => answer(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

/** Answers with this first, and then with this without an end. */
export function endless(first: string, part: string): (socket: Socket) => void {
  const chunk = Buffer.from(part.repeat(Math.ceil(64_000 / part.length)));
  return (socket) => {
    socket.write(first);
    pipeline(
      Readable.from(
        (function* () {
          for (;;) yield chunk;
        })(),
      ),
      socket,
      () => undefined,
    );
  };
}
