import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config.ts';
import { defaultDirectory } from './dev-server.ts';
import { connectWithin, reach } from './reachable.ts';
import type { ServerLocation } from './location.ts';
import { locateServer } from './server-location.ts';
import { duration } from '../text/duration.ts';

/** What a worker runs on, and where it is connected to. */
export interface WorkerConnection extends Omit<ServerLocation, 'options'> {
  /** To be closed by who asked for it, after the worker has ended. */
  connection: NativeConnection;
}

/** Connects what a worker runs on. Throws an UnreachableError after at most about five seconds. */
export async function connectWorker(config: Config, directory = defaultDirectory): Promise<WorkerConnection> {
  const server = await locateServer(config, directory);
  const { options, ...location } = server;
  const connection = await reach(server, () => connectNative(options));
  return { ...location, connection };
}

async function connectNative(options: ServerLocation['options']): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const connection = await Promise.race([connecting, sleep(connectWithin, null, { ref: false })]);
  if (connection !== null) return connection;
  // One that comes too late is not left open.
  connecting.then((late) => late.close()).catch(() => undefined);
  throw new Error(`no connection within ${duration(connectWithin)}`);
}
