import { readFile, stat } from 'node:fs/promises';
import type { Plan, RolloutSpec } from '../spec/schema.ts';
import { maxSpecBytes, parseSpec, tooLarge } from '../spec/parse.ts';
import { ofFile } from './input-file.ts';

/**
 * Reads and completes a spec.
 *
 * Throws FileError if there is no such file and SpecError, with every problem, if the spec is refused.
 *
 * @param release the version to release, in place of the one in the file, if there is one
 */
export async function readSpec(file: string, release?: string): Promise<{ spec: RolloutSpec; plan: Plan }> {
  const text = await ofFile(file, "a rollout's YAML file", () => textOf(file));
  return parseSpec(text, file, { version: release });
}

async function textOf(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > maxSpecBytes) throw tooLarge(file, size);
  return readFile(file, 'utf8');
}
