import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { hiding } from '../../hiding.ts';

/** So many bytes are kept of what a command says. */
const kept = 16 * 1024;

/**
 * Reads a stream to its end and keeps the last of it. The function given back waits a little for the end, and
 * gives that without secrets, nor any piece of one where it was cut.
 */
export function tailOf(stream: Readable, secrets: readonly string[]): () => Promise<string> {
  // A secret of several lines may be told one by one.
  const words = [...secrets, ...secrets.flatMap((secret) => secret.split(/\s*\n\s*/))];
  const longest = Math.max(0, ...secrets.map((secret) => Buffer.byteLength(secret)));
  let last = Buffer.alloc(0);
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    last = Buffer.concat([last, chunk]).subarray(-(kept + longest));
  });
  const closed = once(stream, 'close');
  return async () => {
    // What has left the group may hold it open.
    await Promise.race([closed, sleep(500)]);
    stream.destroy();
    const said = hiding(words)(last.toString());
    return size > last.length ? said.slice(longest) : said;
  };
}
