import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** A command of this machine. */
export interface Executable {
  /** Its absolute path. */
  file: string;
  /** What it gets of this process's own environment, and no more: PATH and HOME. */
  environment: Readonly<Record<string, string>>;
}

/** Where a command is: the first of its name in the absolute ones of these directories, or its own absolute path. */
export function findCommand(name: string, directories: readonly string[]): string | null {
  const paths = isAbsolute(name)
    ? [name]
    : directories.filter((directory) => isAbsolute(directory)).map((directory) => join(directory, name));
  return paths.find(canRun) ?? null;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
