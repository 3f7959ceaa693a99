import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config.ts';
import { defaultDirectory } from './dev-server.ts';
import { channelArgs, whyUnreachable } from './reachable.ts';
import type { ServerLocation } from './server-location.ts';
import { locateServer } from './server-location.ts';

/** No Temporal server answers; the message says which was asked, why, who named it and what to do. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A client, and where it is connected to. */
export interface ClientConnection extends Omit<ServerLocation, 'options'> {
  client: Client;
  /** To be closed by who asked for it. */
  connection: Connection;
}

/** What a worker runs on, and where it is connected to. */
export interface WorkerConnection extends Omit<ServerLocation, 'options'> {
  /** To be closed by who asked for it, after the worker has ended. */
  connection: NativeConnection;
}

/** For a connection, in ms: long enough for a server that is just starting again. */
const connectWithin = 5_000;

/** Connects a client. Throws an UnreachableError after about five seconds. */
export async function connectClient(config: Config, directory = defaultDirectory): Promise<ClientConnection> {
  const { options, ...location } = await locateServer(config, directory);
  const connection = await reach(location, () =>
    Connection.connect({
      ...options,
      channelArgs: channelArgs(location.address),
      connectTimeout: connectWithin,
    }),
  );
  return { ...location, connection, client: new Client({ connection, namespace: location.namespace }) };
}

/** Connects what a worker runs on. Throws an UnreachableError after at most about five seconds. */
export async function connectWorker(config: Config, directory = defaultDirectory): Promise<WorkerConnection> {
  const { options, ...location } = await locateServer(config, directory);
  const connection = await reach(location, () => connectNative(options));
  return { ...location, connection };
}

async function connectNative(options: ServerLocation['options']): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const connection = await Promise.race([connecting, sleep(connectWithin, null, { ref: false })]);
  if (connection !== null) return connection;
  // One that comes too late is not left open.
  connecting.then((late) => late.close()).catch(() => undefined);
  throw new Error(`no connection within ${connectWithin / 1000} s`);
}

async function reach<T>(location: Omit<ServerLocation, 'options'>, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    const why = answerIn(error) ?? (await whyUnreachable(location.address));
    throw new UnreachableError(
      `No Temporal server can be reached at ${location.address} (from ${location.source}): ${why}. ` +
        'Run `npx coalmine dev` to have one on this machine, ' +
        'or set TEMPORAL_ADDRESS (and what else it takes: TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…) to yours.',
      { cause: error },
    );
  }
}

/** What the server itself has said, if it did: it is there, but will not have us. */
function answerIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (isGrpcServiceError(error.cause)) return `it answered "${error.cause.details}"`;
  return error.message.startsWith('Failed to call GetSystemInfo') ? error.message : null;
}
