/** The package as its users have it: packed, and installed where nothing else is. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';

export interface Packed {
  tarball: string;
  /** In bytes, as it is downloaded. */
  size: number;
  /** The path of every file in it. */
  files: string[];
  /** Where it is installed. */
  directory: string;
}

export const checkout = fileURLToPath(new URL('../..', import.meta.url));
const leftOut = /^(node_modules|dist|coverage|\.git|\.coalmine)$/;

/**
 * Builds and packs a copy of the checkout, so that its `dist` stays as it is, and installs what comes out.
 *
 * @param place an empty directory for all of this
 */
export async function packAndInstall(place: string): Promise<Packed> {
  const copy = join(place, 'checkout');
  const filter = (path: string): boolean => !leftOut.test(relative(checkout, path));
  await cp(checkout, copy, { recursive: true, filter });
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  const report = await run(copy, ['npm', 'pack', '--silent', '--json', '--pack-destination', place]);
  const [{ filename, size, files }] = JSON.parse(report) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  const tarball = join(place, filename);

  const directory = join(place, 'elsewhere');
  await mkdir(directory);
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  await run(directory, ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  return { tarball, size, files: files.map(({ path }) => path), directory };
}
