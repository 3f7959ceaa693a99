import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Throws, with both sums, unless the file has this sha256. */
export async function checkSha256(path: string, expected: string, published: string): Promise<void> {
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new Error(`wrong checksum: sha256 is ${found}, ${published} says ${expected}`);
  }
}

/** The sum of one file in a list as `sha256sum` prints it (`<hex>  [*./]<name>`); null if it is not listed. */
export function listedSha256(list: string, name: string): string | null {
  for (const line of list.split('\n')) {
    const [, sum, listed] = /^([0-9a-f]{64})\s+\*?(?:\.\/)?(\S+)\s*$/i.exec(line) ?? [];
    if (listed === name && sum !== undefined) return sum.toLowerCase();
  }
  return null;
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
