/** A file that is named on the command line cannot be read. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * What `read` gives of a file. Throws FileError, with the system's own words, if it cannot be read.
 *
 * @param wanted what the file should be, as a noun: `a JSON file`
 */
export async function ofFile<T>(file: string, wanted: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new FileError(`${file} cannot be read: ${error.message}. Give the path of ${wanted}.`, {
      cause: error,
    });
  }
}
