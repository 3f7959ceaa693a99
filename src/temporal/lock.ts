import { mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder shows that it lives by touching the file this often, in ms. */
const touchEvery = 1_000;

/** A file that was not touched for so long, in ms, has lost its holder, whoever has its process id now. */
const staleAfter = 15_000;

/** Runs `act` while holding the lock file. Waits for another holder, at most `within` ms, then throws. */
export async function withLock<T>(path: string, within: number, act: () => Promise<T>): Promise<T> {
  await acquire(path, Date.now() + within);
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, touchEvery);
  try {
    return await act();
  } finally {
    clearInterval(touching);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, deadline: number): Promise<void> {
  while (!(await create(path))) {
    if (await isStale(path)) await breakStale(path);
    else if (Date.now() > deadline) {
      throw new Error(
        `${path} is held by process ${await holder(path)}, which does not let it go. ` +
          `If that process has nothing to do with Coalmine, remove the file.`,
      );
    } else await sleep(100);
  }
}

async function create(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => null);
  if (touched === null) return false;
  return Date.now() - touched.mtimeMs > staleAfter || !isAlive(await holder(path));
}

/** Of several that find the lock stale one removes it, and none a lock that was taken meanwhile. */
async function breakStale(path: string): Promise<void> {
  const breaking = `${path}.breaking`;
  try {
    await mkdir(breaking);
  } catch {
    // Another is at it; if it died while it was, its mark is in the way.
    const since = await stat(breaking).catch(() => null);
    if (since !== null && Date.now() - since.mtimeMs > staleAfter)
      await rmdir(breaking).catch(() => undefined);
    await sleep(100);
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rmdir(breaking);
  }
}

/** NaN while the file is not written yet. */
async function holder(path: string): Promise<number> {
  return Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
