import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as tar from 'tar';
import yauzl from 'yauzl';

/**
 * Takes the one file called `name`, at whatever depth, out of an archive (zip or wheel, else tar, gzipped or
 * not) and puts it into `directory`. Returns its path. Throws if the archive is damaged or has no such file.
 */
export async function extractFile(archive: string, name: string, directory: string): Promise<string> {
  const target = join(directory, name);
  const found = /\.(zip|whl)$/.test(archive)
    ? await extractFromZip(archive, name, target)
    : await extractFromTar(archive, name, target);
  if (!found) throw new Error(`${posix.basename(archive)} has no file ${name} in it`);
  return target;
}

async function extractFromZip(archive: string, name: string, target: string): Promise<boolean> {
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (posix.basename(entry.fileName) !== name || entry.fileName.endsWith('/')) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
      return true;
    }
    return false;
  } finally {
    zip.close();
  }
}

async function extractFromTar(archive: string, name: string, target: string): Promise<boolean> {
  const unpacked = `${target}.unpacked`;
  const found: string[] = [];
  await mkdir(unpacked);
  await tar.x({
    file: archive,
    cwd: unpacked,
    strict: true,
    filter: (path) => posix.basename(path) === name,
    onReadEntry: (entry) => {
      if (entry.type === 'File') found.push(entry.path);
    },
  });
  const [path] = found;
  if (path === undefined) return false;
  await rename(join(unpacked, path), target);
  return true;
}
