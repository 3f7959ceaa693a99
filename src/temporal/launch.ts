import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, isFree } from './ports.ts';
import { answers } from './reachable.ts';
import { registeringArguments } from './search-attributes.ts';
import { partitionArguments } from './server-settings.ts';
import { gist, loggedSince, logOf } from './server-log.ts';
import type { ServerRecord } from './server-record.ts';
import { databaseOf, removeRecord, writeRecord } from './server-record.ts';

/** The dev server cannot be had; the message says what is in the way and what to do. */
export class DevServerError extends Error {
  override readonly name = 'DevServerError';
}

/** For a server to answer, in ms; a new database on a slow disk takes a while. */
export const readyWithin = 60_000;

const host = '127.0.0.1';

/** The ports that Temporal's own documentation and tools expect. */
const usualPorts = { grpc: 7233, ui: 8233 };

/** Another program may take a port between the look at it and the server's own; that is worth another try. */
const attempts = 3;

/**
 * Starts a dev server that outlives this process, and returns when it answers. To be called by the holder of
 * the directory's lock, when no server runs there. Throws a DevServerError with the server's own words.
 */
export async function launch(binary: string, directory: string): Promise<ServerRecord> {
  for (let attempt = 1; ; attempt++) {
    const ports = { grpc: await freePort(usualPorts.grpc), ui: await freePort(usualPorts.ui) };
    const { server, logStart } = await spawnServer(binary, directory, ports);
    const record = {
      pid: server.pid ?? 0,
      address: `${host}:${ports.grpc}`,
      ui: `http://${host}:${ports.ui}`,
      started: new Date().toISOString(),
    };
    // Before it answers: if this process dies now, the next must find the server rather than start a second.
    await writeRecord(directory, record);
    if (await becomesReady(server, record, directory, logStart)) return record;

    await removeRecord(directory);
    const taken = !(await isFree(ports.grpc)) || !(await isFree(ports.ui));
    if (!taken || attempt === attempts)
      throw failure(directory, record, await loggedSince(directory, logStart));
  }
}

async function spawnServer(
  binary: string,
  directory: string,
  ports: { grpc: number; ui: number },
): Promise<{ server: ChildProcess; logStart: number }> {
  const log = await open(logOf(directory), 'a', 0o600);
  try {
    const { size: logStart } = await log.stat();
    const server = spawnPrivately(
      binary,
      [
        ...['server', 'start-dev', '--db-filename', databaseOf(directory)],
        ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
        ...['--ip', host, '--port', String(ports.grpc), '--ui-port', String(ports.ui)],
        ...registeringArguments,
        ...partitionArguments,
      ],
      { detached: true, stdio: ['ignore', log.fd, log.fd], windowsHide: true },
    );
    server.unref();
    await once(server, 'spawn');
    return { server, logStart };
  } catch (error) {
    throw new DevServerError(`The dev server cannot be started: ${String(error)}`, { cause: error });
  } finally {
    await log.close();
  }
}

/** The server inherits the mask: its database holds every spec, message and answer, and is its owner's alone. */
function spawnPrivately(...[command, args, options]: Parameters<typeof spawn>): ChildProcess {
  const mask = process.umask(0o077);
  try {
    return spawn(command, args, options);
  } finally {
    process.umask(mask);
  }
}

/** Waits until the server answers; false: it has died, or it was ended because it never did. */
async function becomesReady(
  server: ChildProcess,
  { address }: ServerRecord,
  directory: string,
  logStart: number,
): Promise<boolean> {
  const isAlive = () => server.exitCode === null && server.signalCode === null;
  // Another server may have taken the port first and answer there: then this one has not said that it serves.
  const isReady = async () =>
    /\bserver\b/i.test(await loggedSince(directory, logStart)) &&
    (await answers(address, 1_000)) &&
    isAlive();
  const deadline = Date.now() + readyWithin;
  while (isAlive()) {
    if (await isReady()) return true;
    if (Date.now() > deadline) server.kill('SIGKILL');
    await sleep(100);
  }
  return false;
}

function failure(directory: string, { address }: ServerRecord, log: string): DevServerError {
  const full = /disk is full|no space left/i.test(log)
    ? `There is no room on the disk of ${directory}: make room, then run the same again.\n`
    : '';
  const damaged = /not a database|malformed|disk image/i.test(log)
    ? `The database ${databaseOf(directory)} is damaged: move it away to start with an empty one.\n`
    : '';
  return new DevServerError(
    `The dev server did not come to answer at ${address}.\n${full}${damaged}` +
      `What it said (${logOf(directory)}):\n${gist(log)}`,
  );
}
