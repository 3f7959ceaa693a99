import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the dev server of a directory writes what it has to say; starts are appended. */
export function logOf(directory: string): string {
  return join(directory, 'server.log');
}

/** What was logged from this byte on. */
export async function loggedSince(directory: string, start: number): Promise<string> {
  return (await readFile(logOf(directory))).subarray(start).toString();
}

/** The lines that tell most: the first, where a crash says why, and the last ones. */
export function gist(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const shown = lines.length > 10 ? [...lines.slice(0, 2), '…', ...lines.slice(-7)] : lines;
  return shown.map((line) => `  ${line.slice(0, 500)}`).join('\n') || '  (it said nothing)';
}
