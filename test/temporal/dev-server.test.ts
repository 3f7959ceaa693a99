import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { DevServer } from '../../src/temporal/dev-server.ts';
import {
  DevServerError,
  runningDevServer,
  startDevServer,
  stopDevServer,
} from '../../src/temporal/dev-server.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { commandLine } from '../../src/temporal/processes.ts';
import { missingSearchAttributes } from '../../src/temporal/search-attributes.ts';
import { temporalPath } from '../support/binaries.ts';
import { serverDirectory, start } from './dev-servers.ts';

const run = promisify(execFile);

async function connect({ address }: DevServer): Promise<Connection> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return connection;
}

/** Starts the dev server in a process of its own, which then exits. */
async function startElsewhere(directory: string, env: NodeJS.ProcessEnv = {}): Promise<DevServer> {
  const script = fileURLToPath(new URL('start-dev-server.ts', import.meta.url));
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, directory], {
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout) as DevServer;
}

/** A process that has nothing to do with Temporal. */
function stranger(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid ?? 0;
}

async function gone({ pid }: DevServer): Promise<void> {
  await vi.waitFor(async () => expect(await commandLine(pid)).toBeNull(), 10_000);
}

test('goes on when the process that started it has gone, and is joined then', async () => {
  const directory = await serverDirectory();
  const started = await startElsewhere(directory);
  expect(started.joined).toBe(false);
  expect(await start(directory)).toEqual({ ...started, joined: true });
  expect(await runningDevServer(directory)).toEqual({ ...started, joined: true });
  expect((await fetch(started.ui)).status).toBe(200);
});

test('keeps its files from other users, also those that were readable before', async () => {
  const directory = await serverDirectory();
  await writeFile(join(directory, 'server.log'), 'of an earlier version\n', { mode: 0o644 });
  await writeFile(join(directory, 'notes.txt'), 'of the user\n');
  await chmod(join(directory, 'notes.txt'), 0o644);
  await chmod(directory, 0o755);
  await start(directory);
  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
  const files = await readdir(directory);
  expect(await modeOf(directory)).toBe('700');
  expect(files).toEqual(
    expect.arrayContaining(['server.json', 'server.log', 'temporal.db', 'temporal.db-wal']),
  );
  for (const file of files)
    expect([file, await modeOf(join(directory, file))]).toEqual([file, file === 'notes.txt' ? '644' : '600']);
});

test.skipIf(process.platform !== 'linux')('listens on loopback only, on every port', async () => {
  const { pid } = await start(await serverDirectory());
  const { stdout } = await run('ls', ['-l', `/proc/${String(pid)}/fd`]);
  const sockets = new Set([...stdout.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));
  const listening = ['tcp', 'tcp6'].map((kind) => readFile(`/proc/${String(pid)}/net/${kind}`, 'utf8'));
  const lines = (await Promise.all(listening)).flatMap((table) => table.split('\n').slice(1));
  const addresses = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode))
    .map(([, local = '']) => local.split(':')[0]);
  expect(addresses.length).toBeGreaterThan(1);
  // 127.0.0.1, as the kernel writes it.
  expect(new Set(addresses)).toEqual(new Set(['0100007F']));
});

test('keeps what has ended for 90 days, knows the search attributes and writes ahead', async () => {
  const directory = await serverDirectory();
  const connection = await connect(await start(directory));
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60);
  expect(await missingSearchAttributes(connection, 'default')).toEqual([]);

  const database = await open(join(directory, 'temporal.db'));
  const { buffer } = await database.read(Buffer.alloc(20), 0, 20, 0);
  await database.close();
  // SQLite's header: 2 is WAL, for reading and for writing.
  expect([buffer[18], buffer[19]]).toEqual([2, 2]);
});

test('a server that was started without the settings gets them when it is joined', async () => {
  const directory = await serverDirectory();
  const [port, uiPort] = [await anyFreePort(), await anyFreePort()];
  const bare = spawn(await temporalPath(), [
    ...['server', 'start-dev', '--db-filename', join(directory, 'temporal.db'), '--ip', '127.0.0.1'],
    ...['--port', String(port), '--ui-port', String(uiPort)],
  ]);
  onTestFinished(() => void bare.kill('SIGKILL'));
  const [address, ui] = [`127.0.0.1:${port}`, `http://127.0.0.1:${uiPort}`];
  await writeFile(
    join(directory, 'server.json'),
    JSON.stringify({ pid: bare.pid, address, ui, started: '2026-01-01T00:00:00Z' }),
  );
  const joined = await start(directory);
  expect(joined).toMatchObject({ pid: bare.pid, joined: true });
  expect(await missingSearchAttributes(await connect(joined), 'default')).toEqual([]);
});

test('is not looked for through a proxy', async () => {
  const proxy = { http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', no_proxy: '' };
  expect(await startElsewhere(await serverDirectory(), proxy)).toMatchObject({ joined: false });
});

test('starts at the same moment end with one server', async () => {
  const directory = await serverDirectory();
  const servers = await Promise.all([
    startElsewhere(directory),
    startElsewhere(directory),
    start(directory),
    start(directory),
  ]);
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  expect(servers.filter(({ joined }) => !joined)).toHaveLength(1);
});

test('servers of several directories, started at the same moment, do not take each other for their own', async () => {
  const directories = await Promise.all([serverDirectory(), serverDirectory(), serverDirectory()]);
  const servers = await Promise.all(directories.map(start));
  expect(new Set(servers.map(({ address }) => address)).size).toBe(3);
  for (const [index, { pid }] of servers.entries()) {
    expect(await commandLine(pid)).toContain(directories[index]);
  }
});

test.each([
  ['stopped', (directory: string) => stopDevServer(directory)],
  ['killed', (_: string, { pid }: DevServer) => Promise.resolve(process.kill(pid, 'SIGKILL'))],
])('a server that was %s can be started again and still has its workflows', async (_, end) => {
  const directory = await serverDirectory();
  const first = await start(directory);
  const workflow = { workflowId: 'kept', taskQueue: 'nobody' };
  await new Client({ connection: await connect(first) }).workflow.start('anything', workflow);
  expect(await end(directory, first)).toBe(true);
  await gone(first);
  expect(await runningDevServer(directory)).toBeNull();

  const second = await start(directory);
  expect(second.joined).toBe(false);
  const description = await new Client({ connection: await connect(second) }).workflow
    .getHandle('kept')
    .describe();
  expect(description.status.name).toBe('RUNNING');
});

test('there is nothing to stop where nothing runs', async () => {
  expect(await stopDevServer(join(await serverDirectory(), 'absent'))).toBe(false);
});

describe('what a dead server has left', () => {
  test('its process id, used by a stranger now, neither blocks a start nor kills the stranger', async () => {
    const directory = await serverDirectory();
    const pid = stranger();
    const record = { pid, address: '127.0.0.1:1', ui: 'http://127.0.0.1:2', started: '2026-01-01T00:00:00Z' };
    await writeFile(join(directory, 'server.json'), JSON.stringify(record));
    expect(await stopDevServer(directory)).toBe(false);
    const server = await start(directory);
    expect(server).toMatchObject({ joined: false });
    await stopDevServer(directory);
    expect(await commandLine(pid)).toContain('setInterval');
  });

  test('a record that cannot be read is as good as none', async () => {
    const directory = await serverDirectory();
    await writeFile(join(directory, 'server.json'), '{"pid": 1');
    expect((await start(directory)).joined).toBe(false);
  });

  test.each([
    // No process has an id above 2^22.
    ['a dead process', () => 2 ** 22 + 1, new Date()],
    ['a stranger', stranger, new Date(Date.now() - 60_000)],
  ])('a lock of %s is broken', async (_, holder, touched) => {
    const directory = await serverDirectory();
    const lock = join(directory, 'server.lock');
    await writeFile(lock, String(holder()));
    await utimes(lock, touched, touched);
    const servers = await Promise.all([start(directory), start(directory)]);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(await readdir(directory)).not.toContain('server.lock');
  });
});

describe('what is in the way is said', () => {
  async function failure(directory: string, binary = temporalPath): Promise<string> {
    const starting = startDevServer({ directory, binary, progress: () => undefined });
    const error: unknown = await starting.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DevServerError);
    return (error as Error).message;
  }

  test('a directory that cannot be had', async () => {
    const file = join(await serverDirectory(), 'file');
    await writeFile(file, '');
    expect(await failure(join(file, 'server'))).toContain(`${join(file, 'server')} cannot be it: ENOTDIR`);
  });

  test('a database that is none', async () => {
    const directory = await serverDirectory();
    const database = join(directory, 'temporal.db');
    await writeFile(database, Buffer.alloc(20_000, 'no database'));
    const message = await failure(directory);
    expect(message).toContain(`The database ${database} is damaged: move it away`);
    expect(message).toContain('file is not a database');
    expect(await runningDevServer(directory)).toBeNull();
    expect((await readFile(database)).toString('utf8', 0, 11)).toBe('no database');
  });

  test('a full disk, and once there is room the same command succeeds', async () => {
    const directory = await serverDirectory();
    // SQLite's own limit gives the server the very error of a full disk.
    const binary = join(directory, 'temporal');
    const limited = `#!/bin/sh\nexec ${await temporalPath()} "$@" --sqlite-pragma max_page_count=90\n`;
    await writeFile(binary, limited, { mode: 0o755 });
    expect(await failure(directory, () => Promise.resolve(binary))).toMatch(
      /make room, then run the same again.*database or disk is full/s,
    );
    await stopDevServer(directory);
    expect(await missingSearchAttributes(await connect(await start(directory)), 'default')).toEqual([]);
  });

  test('a binary that dies at once, with its own words', async () => {
    const directory = await serverDirectory();
    const binary = join(directory, 'temporal');
    await writeFile(binary, '#!/bin/sh\necho no such flag >&2; exit 3\n', { mode: 0o755 });
    expect(await failure(directory, () => Promise.resolve(binary))).toContain('  no such flag');
    expect(await readdir(directory)).toEqual(['server.log', 'temporal']);
  });

  test('a binary that is not there', async () => {
    const directory = await serverDirectory();
    const binary = join(directory, 'absent');
    expect(await failure(directory, () => Promise.resolve(binary))).toContain(
      `The dev server cannot be started: Error: spawn ${binary} ENOENT`,
    );
  });
});

test('a port that is taken is left alone', async () => {
  const other = createServer().listen(7233, '127.0.0.1');
  onTestFinished(() => void other.close());
  // Where another program has the port, it is taken just as well.
  await once(other, 'listening').catch((error: unknown) =>
    expect(error).toMatchObject({ code: 'EADDRINUSE' }),
  );
  const server = await start(await serverDirectory());
  expect(server.address).not.toBe('127.0.0.1:7233');
});
