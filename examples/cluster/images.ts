/** Images made of files of this machine, for containerd: no registry and no Docker engine is needed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { create } from 'tar';
import { inside } from './room.ts';

const run = promisify(execFile);

export interface Image {
  /** With its registry: `docker.io/coalmine-test/shop:1`. */
  name: string;
  command: string[];
  env?: Record<string, string>;
  labels?: Record<string, string>;
}

/**
 * Gives these images to the node; they share their files.
 *
 * @param files paths in the images, each with the file or folder of this machine that is copied there
 */
export async function importImages(files: Record<string, string>, images: readonly Image[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'coalmine-images-'));
  try {
    const root = join(work, 'root');
    for (const [to, from] of Object.entries(files)) {
      await mkdir(join(root, dirname(to)), { recursive: true });
      await cp(from, join(root, to), { dereference: true, recursive: true });
    }
    const layer = 'layer.tar';
    await create({ file: join(work, layer), cwd: root, portable: true }, ['.']);
    const digest = sha256(await readFile(join(work, layer)));
    const manifest = [];
    for (const { name, command, env = {}, labels = {} } of images) {
      const config = JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: {
          Cmd: command,
          Env: Object.entries(env).map((pair) => pair.join('=')),
          Labels: labels,
        },
        rootfs: { type: 'layers', diff_ids: [digest] },
      });
      const file = `${sha256(Buffer.from(config)).slice('sha256:'.length)}.json`;
      await writeFile(join(work, file), config);
      manifest.push({ Config: file, RepoTags: [name], Layers: [layer] });
    }
    await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
    const archive = join(work, 'images.tar');
    const parts = [layer, 'manifest.json', ...new Set(manifest.map(({ Config }) => Config))];
    await create({ file: archive, cwd: work, portable: true }, parts);
    await inside('ctr', '--namespace', 'k8s.io', 'images', 'import', archive);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The `node` that runs this, at `/usr/local/bin/node`, with the libraries that it is linked with. */
export async function nodeFiles(): Promise<Record<string, string>> {
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
  return {
    ...Object.fromEntries(libraries.map((file) => [file, file])),
    '/usr/local/bin/node': process.execPath,
  };
}

const sha256 = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
