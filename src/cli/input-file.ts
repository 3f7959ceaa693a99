import { NotRegular, textOfRegularFile, TooLarge } from '../regular-file.ts';

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
    return await textOfRegularFile(file, { most, links: true });
  } catch (error) {
    if (error instanceof TooLarge) throw tooLarge(error.bytes);
    if (error instanceof NotRegular)
      throw new FileError(`${file} ${error.message}. Give the path of ${what}.`, { cause: error });
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new FileError(`${file} cannot be read: ${error.message}. Give the path of ${what}.`, {
      cause: error,
    });
  }
}
