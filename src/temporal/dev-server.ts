import { access, chmod, constants, mkdir, readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevServerError, launch, readyWithin } from './launch.ts';
import { withLock } from './lock.ts';
import { answers } from './reachable.ts';
import type { ServerRecord } from './server-record.ts';
import { isServer, liveRecord, removeRecord } from './server-record.ts';
import { applySettings } from './server-settings.ts';

export { DevServerError } from './launch.ts';

/** Where the dev server of a project lives, seen from the project's own directory. */
export const defaultDirectory = '.coalmine';

/** A Temporal server of this machine's own, with its database in a directory. */
export interface DevServer {
  /** host:port of its gRPC front end. */
  address: string;
  /** URL of its Web UI. */
  ui: string;
  pid: number;
  /** It ran already. */
  joined: boolean;
}

export interface StartOptions {
  /** Holds the database, the log and the record of the server; made if need be. Default `.coalmine`. */
  directory?: string;
  /** Finds the `temporal` binary; not called where the server runs already. */
  binary: () => Promise<string>;
  progress: (line: string) => void;
}

/** For another process that starts or stops the same server, in ms. */
const lockWithin = 2 * readyWithin;

/** For a server to end when asked to, in ms; then it is killed, which its database survives. */
const stopWithin = 20_000;

/**
 * Starts the dev server of a directory, or joins the one that runs there. It goes on when this process and its
 * terminal have gone. Throws a DevServerError that says what is in the way.
 */
export async function startDevServer(options: StartOptions): Promise<DevServer> {
  const directory = await usable(options.directory ?? defaultDirectory);
  // A download may take minutes: it waits for nobody, and nobody for it.
  const binary = (await liveRecord(directory)) === null ? await options.binary() : null;
  return locked(directory, async () => {
    const running = await liveRecord(directory);
    if (running !== null) await untilAnswers(running, directory);
    else options.progress(`Starting a Temporal dev server on ${directory}`);
    const record = running ?? (await launch(binary ?? (await options.binary()), directory));
    await settle(record, directory);
    return devServer(record, running !== null);
  });
}

/** Gives it its settings. What it cannot write down, such as on a full disk, it says itself. */
async function settle({ address }: ServerRecord, directory: string): Promise<void> {
  try {
    await applySettings(address);
  } catch (error) {
    throw new DevServerError(
      `The dev server of ${directory} runs but cannot be set up: ${error instanceof Error ? error.message : String(error)}. ` +
        'Mend that (a full disk: make room on it), then run the same again: it joins the server, and nothing is lost.',
      { cause: error },
    );
  }
}

/** The dev server of a directory, if it runs and answers. */
export async function runningDevServer(directory = defaultDirectory): Promise<DevServer | null> {
  const record = await liveRecord(await resolved(directory));
  return record !== null && (await answers(record.address, 3_000)) ? devServer(record, true) : null;
}

/** Ends the dev server of a directory; its database stays. Returns false if none runs. */
export async function stopDevServer(directory = defaultDirectory): Promise<boolean> {
  const path = await resolved(directory);
  if ((await liveRecord(path)) === null) return false;
  return locked(path, async () => {
    const record = await liveRecord(path);
    if (record === null) return false;
    signal(record.pid, 'SIGTERM');
    if (!(await ends(record, path))) {
      signal(record.pid, 'SIGKILL');
      await ends(record, path);
    }
    await removeRecord(path);
    return true;
  });
}

/** Usually at once; a process that started it may not have lived to see it ready. */
async function untilAnswers(record: ServerRecord, directory: string): Promise<void> {
  const deadline = Date.now() + readyWithin;
  while (!(await answers(record.address, 1_000))) {
    if (Date.now() > deadline) {
      throw new DevServerError(
        `The dev server of ${directory} (process ${record.pid}) runs but does not answer at ${record.address}. ` +
          `End that process and start again; nothing is lost.`,
      );
    }
    await sleep(100);
  }
}

/** false: it is still there after `stopWithin`. */
async function ends(record: ServerRecord, directory: string): Promise<boolean> {
  const deadline = Date.now() + stopWithin;
  while (await isServer(record.pid, directory)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has gone by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function locked<T>(directory: string, act: () => Promise<T>): Promise<T> {
  return withLock(join(directory, 'server.lock'), lockWithin, act);
}

/**
 * The absolute path of a directory that exists and that this user may write to. Its mode becomes 0700 and that of the
 * server's files 0600, also where an earlier version left them readable by others: the database holds every spec,
 * message and answer.
 */
async function usable(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
    await closeToOthers(directory);
  } catch (error) {
    throw new DevServerError(
      `The dev server needs a directory of its own, and ${resolve(directory)} cannot be it: ` +
        `${error instanceof Error ? error.message : String(error)}. Make it writable or name another.`,
      { cause: error },
    );
  }
  return resolved(directory);
}

async function closeToOthers(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const name of await readdir(directory))
    if (/^(temporal\.db|server\.)/.test(name)) await chmodIfThere(join(directory, name));
}

/** A lock or a journal may be gone by now. */
async function chmodIfThere(file: string): Promise<void> {
  try {
    await chmod(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The same path for the same directory, whichever way it was reached. */
async function resolved(directory: string): Promise<string> {
  return realpath(directory).catch(() => resolve(directory));
}

function devServer({ address, ui, pid }: ServerRecord, joined: boolean): DevServer {
  return { address, ui, pid, joined };
}
