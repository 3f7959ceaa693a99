import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The file name of a binary on this platform. */
export function fileName(binary: string): string {
  return process.platform === 'win32' ? `${binary}.exe` : binary;
}

/** Why a path cannot be run, or null if it can. */
export async function whyNotExecutable(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return 'is not a file';
    await access(path, constants.X_OK);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
    return code === 'EACCES' ? 'may not be executed' : `cannot be looked at: ${message}`;
  }
}

/** Every executable of this name in these directories, in order. */
export async function executables(binary: string, directories: readonly string[]): Promise<string[]> {
  const paths = directories.map((directory) => join(directory, fileName(binary)));
  const reasons = await Promise.all(paths.map(whyNotExecutable));
  return paths.filter((_, index) => reasons[index] === null);
}
