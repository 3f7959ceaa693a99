import { readFile, stat } from 'node:fs/promises';
import type { Plan, RolloutSpec } from '../spec/schema.ts';
import { maxSpecBytes, parseSpec, tooLarge } from '../spec/parse.ts';

/** A file that is named on the command line cannot be read. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * Reads and completes a spec.
 *
 * Throws FileError if there is no such file and SpecError, with every problem, if the spec is refused.
 *
 * @param release the version to release, in place of the one in the file, if there is one
 */
export async function readSpec(file: string, release?: string): Promise<{ spec: RolloutSpec; plan: Plan }> {
  return parseSpec(await textOf(file), file, { version: release });
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxSpecBytes) throw tooLarge(file, size);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new FileError(`${file} cannot be read: ${error.message}. Give the path of a rollout's YAML file.`, {
      cause: error,
    });
  }
}
