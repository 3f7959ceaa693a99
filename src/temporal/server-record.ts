import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { textOfRegularFile } from '../regular-file.ts';
import { commandLine } from './processes.ts';

/** What is written of a dev server next to its database. */
export interface ServerRecord {
  pid: number;
  /** host:port of its gRPC front end. */
  address: string;
  /** URL of its Web UI. */
  ui: string;
  /** ISO time. */
  started: string;
}

const shape = z.object({ pid: z.int().positive(), address: z.string(), ui: z.string(), started: z.string() });

/** Of a record, in bytes. */
const largest = 65_536;

/** Where the dev server of a directory keeps everything. */
export function databaseOf(directory: string): string {
  return join(directory, 'temporal.db');
}

/**
 * The dev server that was recorded in a directory, if its process is alive and really is that server: a
 * stranger with the same process id is not. It may not answer yet.
 */
export async function liveRecord(directory: string): Promise<ServerRecord | null> {
  const record = await readRecord(directory);
  if (record === null) return null;
  return (await isServer(record.pid, directory)) ? record : null;
}

/** Whether a process is the dev server of a directory. */
export async function isServer(pid: number, directory: string): Promise<boolean> {
  const command = await commandLine(pid);
  const database = databaseOf(directory);
  return [database, `"${database}"`].some((path) => command?.includes(`start-dev --db-filename ${path} `));
}

/** Written whole or not at all. */
export async function writeRecord(directory: string, record: ServerRecord): Promise<void> {
  const path = recordOf(directory);
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeRecord(directory: string): Promise<void> {
  await rm(recordOf(directory), { force: true });
}

/** A record that cannot be read is none. */
async function readRecord(directory: string): Promise<ServerRecord | null> {
  try {
    const text = await textOfRegularFile(recordOf(directory), { most: largest, links: true });
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function recordOf(directory: string): string {
  return join(directory, 'server.json');
}
