/** Makes the images of the bakery on this machine: of Node's own image, or of the Node that runs this. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create } from 'tar';
import { docker as command } from '../../src/docker-command.ts';

const run = promisify(execFile);
const official = 'node:24-bookworm-slim';
const own = 'coalmine-example/node:own';
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** For a pull or a build (ms). */
const patience = 600_000;

/** What `docker` prints, without the line's end. Throws with what it said, if it fails. */
export async function docker(...args: string[]): Promise<string> {
  return (await command(args, patience)).trim();
}

/**
 * An image with Node: the official one, which is pulled where it is not here; where no registry can be reached, one with the
 * `node` that runs this and the libraries that it is linked with.
 *
 * @throws Error where that is not a Linux program
 */
async function nodeImage(): Promise<string> {
  for (const image of [official, own]) if (await isHere(image)) return image;
  try {
    await docker('pull', '--quiet', official);
    return official;
  } catch (error) {
    if (process.platform !== 'linux') throw error;
    await importNode(own);
    return own;
  }
}

/** Makes the image of a version of the bakery: `bakery:14.1.0`. */
export async function bakeryImage(version: string): Promise<string> {
  const image = `bakery:${version}`;
  const context = await mkdtemp(join(tmpdir(), 'bakery-'));
  try {
    await cp(path('bakery.js'), join(context, 'bakery.mjs'));
    await cp(path('../platform/site'), join(context, 'site'), { recursive: true });
    await writeFile(
      join(context, 'Dockerfile'),
      [
        `FROM ${await nodeImage()}`,
        'COPY site /site',
        'COPY bakery.mjs /bakery.mjs',
        `ENV VERSION=${version}`,
        `LABEL org.opencontainers.image.version=${version}`,
        'EXPOSE 8080',
        `HEALTHCHECK --interval=1s --timeout=2s --start-period=10s CMD ["node", "-e", "${asksItself}"]`,
        'CMD ["node", "/bakery.mjs"]',
      ].join('\n'),
    );
    await docker('build', '--quiet', '--tag', image, context);
    return image;
  } finally {
    await rm(context, { recursive: true });
  }
}

const asksItself =
  "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))";

/** The engine has this image. */
export async function isHere(image: string): Promise<boolean> {
  return docker('image', 'inspect', image).then(
    () => true,
    () => false,
  );
}

/** Makes an image of the `node` that runs this, and its libraries at the places where they are here. */
export async function importNode(image: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bakery-node-'));
  try {
    const { stdout } = await run('ldd', [process.execPath]);
    const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
    for (const file of libraries) await copyTo(root, file, file);
    await copyTo(root, process.execPath, '/usr/local/bin/node');
    const archive = join(root, 'root.tar');
    await create(
      { file: archive, cwd: root, portable: true },
      ['usr', 'lib', 'lib64'].filter(isTop(libraries)),
    );
    await docker('import', '--change', 'ENV PATH=/usr/local/bin', archive, image);
  } finally {
    await rm(root, { recursive: true });
  }
}

const isTop = (libraries: string[]) => (top: string) =>
  top === 'usr' || libraries.some((file) => file.startsWith(`/${top}/`));

async function copyTo(root: string, from: string, to: string): Promise<void> {
  await mkdir(join(root, dirname(to)), { recursive: true });
  await cp(from, join(root, to), { dereference: true });
}
