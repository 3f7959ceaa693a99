import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { whyNotExecutable } from './executables.ts';

/** Scratch directories of a process that was killed are swept after so long, in ms. */
const sweptAfter = 60 * 60_000;

const scratchPrefix = '.scratch-';

/**
 * Puts a binary into the cache whole or not at all: `get` makes it in a scratch directory of the cache's own
 * and it gets its place by a rename, so two processes at once are harmless. Nothing else is left behind.
 */
export async function install(
  cacheDir: string,
  target: string,
  get: (scratch: string) => Promise<string>,
): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  await sweep(cacheDir);
  const scratch = await mkdtemp(join(cacheDir, scratchPrefix));
  try {
    const binary = await get(scratch);
    await chmod(binary, 0o755);
    await mkdir(dirname(target), { recursive: true });
    await rename(binary, target).catch(async (error: unknown) => {
      // Windows refuses to replace a binary that runs: then another process was first.
      if ((await whyNotExecutable(target)) !== null) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sweep(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith(scratchPrefix)) continue;
    const path = join(cacheDir, name);
    const entry = await stat(path).catch(() => null);
    if (entry !== null && Date.now() - entry.mtimeMs > sweptAfter)
      await rm(path, { recursive: true, force: true });
  }
}
