/** Files that somebody else names or has written: nothing is waited for, and no more is read than is wanted. */
import type { Stats } from 'node:fs';
import { constants, lstat, open, stat, type FileHandle } from 'node:fs/promises';

/** What is at the path is no regular file. */
export class NotRegular extends Error {
  override readonly name = 'NotRegular';
  /** As a noun: `a pipe`. */
  readonly kind: string;

  constructor(kind: string) {
    super(`is ${kind}, not a file`);
    this.kind = kind;
  }
}

/** A file has more bytes than are wanted. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
  /** What it says of its size; undefined if it said less than it has. */
  readonly bytes: number | undefined;

  constructor(bytes: number | undefined) {
    super(`has ${bytes === undefined ? 'more' : String(bytes)} bytes`);
    this.bytes = bytes;
  }
}

/**
 * The text of a regular file. Never waits for a writer, and reads no further than `most` bytes, whatever the file says of
 * its size.
 *
 * @param links whether a symbolic link at the path is followed
 * @throws {NotRegular | TooLarge} and the system's own errors
 */
export async function textOfRegularFile(
  path: string,
  { most, links }: { most: number; links: boolean },
): Promise<string> {
  // Opening a device may already do something.
  checkKind(await (links ? stat : lstat)(path));
  // What was a file a moment ago may be a pipe now, and opening one waits for its writer, or a link.
  const follow = links ? 0 : constants.O_NOFOLLOW;
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | follow);
  try {
    const stats = await handle.stat();
    checkKind(stats);
    if (stats.size > most) throw new TooLarge(stats.size);
    const bytes = await read(handle, most + 1);
    if (bytes.length > most) throw new TooLarge(undefined);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}

function checkKind(stats: Stats): void {
  if (!stats.isFile()) throw new NotRegular(kindOf(stats));
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isSocket()) return 'a socket';
  return stats.isFIFO() ? 'a pipe' : 'a device';
}

async function read(handle: FileHandle, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let left = most;
  while (left > 0) {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.min(left, 65_536)) });
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return Buffer.concat(chunks);
}
