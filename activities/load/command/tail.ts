import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hiding } from '../../hiding.ts';

/** So many bytes are kept of what a command says. */
const kept = 16 * 1024;

/**
 * Reads a stream to its end and keeps the last of it. The function given back waits a little for the end, and
 * gives that without secrets, nor any piece of one where it was cut.
 */
export function tailOf(stream: Readable, hiding: Hiding): () => Promise<string> {
  const { longest } = hiding;
  // In UTF-8, each takes at most three bytes.
  const most = kept + 3 * longest;
  let last = Buffer.alloc(0);
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    last = Buffer.concat([last, chunk]).subarray(-most);
  });
  const closed = once(stream, 'close');
  return async () => {
    // What has left the group may hold it open.
    await Promise.race([closed, sleep(500)]);
    stream.destroy();
    const said = hiding.text(last.toString());
    return size > last.length ? said.slice(longest) : said;
  };
}
