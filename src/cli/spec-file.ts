import type { Plan, RolloutSpec } from '../spec/schema.ts';
import { maxSpecBytes, parseSpec, tooLarge } from '../spec/parse.ts';
import { textOfFile } from './input-file.ts';

/**
 * Reads and completes a spec.
 *
 * Throws FileError if there is no such file and SpecError, with every problem, if the spec is refused.
 *
 * @param release the version to release, in place of the one in the file, if there is one
 */
export async function readSpec(file: string, release?: string): Promise<{ spec: RolloutSpec; plan: Plan }> {
  const text = await textOfFile(file, {
    what: "a rollout's YAML file",
    most: maxSpecBytes,
    tooLarge: (bytes) => tooLarge(file, bytes),
  });
  return parseSpec(text, file, { version: release });
}
