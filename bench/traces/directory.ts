import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTrace, type Trace } from './form.ts';

/**
 * The traces of a directory by their paths, in the order of their names.
 *
 * @param wanted names; null for all
 * @throws {Error} if there is none, or a wanted one is missing, or one cannot be read
 */
export async function tracesOf(
  directory: string,
  wanted: readonly string[] | null,
): Promise<Map<string, Trace>> {
  const files = (await readdir(directory)).filter((file) => /\.csv(\.gz)?$/.test(file)).sort();
  const named = files.map((file) => ({ name: file.replace(/\..*$/, ''), path: join(directory, file) }));
  const missing = wanted?.find((one) => named.every(({ name }) => name !== one));
  if (missing !== undefined)
    throw new Error(`${directory} has no trace ${missing}, only ${named.map(({ name }) => name).join(', ')}`);
  const chosen = named.filter(({ name }) => wanted?.includes(name) ?? true);
  if (chosen.length === 0) throw new Error(`${directory} has no traces: expected files *.csv or *.csv.gz`);
  const traces = new Map<string, Trace>();
  for (const { path } of chosen) traces.set(path, await readTrace(path));
  return traces;
}
