import type { Stats } from 'node:fs';
import { constants, open, stat, type FileHandle } from 'node:fs/promises';

/** A file that is named on the command line cannot be read. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** What a file should be. */
interface Wanted {
  /** As a noun: `a JSON file`. */
  what: string;
  /** In bytes. */
  most: number;
  /** What is thrown of one that is larger; `bytes` is how large it says it is, undefined if it does not say so. */
  tooLarge: (bytes: number | undefined) => Error;
}

/**
 * The text of a file. Never waits for a writer, and reads no further than the most that is wanted, whatever the file says
 * of its size.
 *
 * @throws {FileError} if it cannot be read, with the system's own words, or is no regular file
 */
export async function textOfFile(file: string, { what, most, tooLarge }: Wanted): Promise<string> {
  try {
    checkKind(file, what, await stat(file));
    // What was a file a moment ago may be a FIFO now, and opening one waits for its writer.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      checkKind(file, what, stats);
      if (stats.size > most) throw tooLarge(stats.size);
      const bytes = await read(handle, most + 1);
      if (bytes.length > most) throw tooLarge(undefined);
      return bytes.toString('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new FileError(`${file} cannot be read: ${error.message}. Give the path of ${what}.`, {
      cause: error,
    });
  }
}

function checkKind(file: string, what: string, stats: Stats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a directory'
    : stats.isFIFO()
      ? 'a pipe'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw new FileError(`${file} is ${kind}, not a file. Give the path of ${what}.`);
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
