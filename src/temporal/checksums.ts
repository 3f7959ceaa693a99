import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * Throws, with both sums, unless the file has this sha256.
 *
 * @param pin who says so, for the message
 */
export async function checkSha256(path: string, expected: string, pin: string): Promise<void> {
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new Error(`wrong checksum: sha256 is ${found}, ${pin} says ${expected}`);
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
