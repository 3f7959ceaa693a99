import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import { tlsObstacle, type Obstacle } from './handshake.ts';
import type { ServerLocation } from './location.ts';

/** No Temporal server answers; the message says which was asked, why, who named it and what to do. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** For a connection, in ms: long enough for a server that is just starting again. */
export const connectWithin = 5_000;

/**
 * How to hold a connection to this address. A client that lost its server tries again within a second: by
 * gRPC's own default it would still be waiting a quarter of a minute after the server is back. A server on this
 * machine is never asked through the proxy that the environment names for the world outside.
 */
export function channelArgs(address: string): NonNullable<ConnectionOptions['channelArgs']> {
  return {
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 1_000,
    ...(isLoopback(address) && { 'grpc.enable_http_proxy': 0 }),
  };
}

/** Whether a Temporal server answers at this address within so many ms. */
export async function answers(address: string, within: number): Promise<boolean> {
  const connection = Connection.lazy({ address, channelArgs: channelArgs(address) });
  try {
    await connection.withDeadline(Date.now() + within, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/**
 * What `connect` gives. Where nothing listens on this machine that is known at once: gRPC would go on trying.
 *
 * @throws UnreachableError
 */
export async function reach<T>(
  { address, source, options }: Pick<ServerLocation, 'address' | 'source' | 'options'>,
  connect: () => Promise<T>,
): Promise<T> {
  try {
    if (isLoopback(address)) await dial(address);
    return await connect();
  } catch (error) {
    const { why, remedy } = answerIn(error) ?? (await obstacleAt(address, options.tls));
    throw new UnreachableError(
      `No Temporal server can be reached at ${address} (from ${source}): ${why}. ${remedy}`,
      { cause: error },
    );
  }
}

const elsewhere =
  'Run `npx coalmine dev` to have one on this machine, ' +
  'or set TEMPORAL_ADDRESS (and what else it takes: TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…) to yours.';

function isLoopback(address: string): boolean {
  return /^(localhost:|127\.|\[::1\])/.test(address);
}

/** Rejects, as the network says it, where nothing accepts connections. */
async function dial(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 7233) });
  try {
    await Promise.race([
      once(socket, 'connect'),
      sleep(2_000, null, { ref: false }).then(() => Promise.reject(new Error('no answer to a connection'))),
    ]);
  } finally {
    socket.destroy();
  }
}

/** What the server itself has said, if it did: it is there, but will not have us. */
function answerIn(error: unknown): Obstacle | null {
  if (!(error instanceof Error)) return null;
  const { cause, message } = error;
  if (isGrpcServiceError(cause)) return refusal(cause.details, unwelcome.includes(cause.code));
  const [, status, words] =
    /^Failed to call GetSystemInfo: code: '(.*)', message: "(.*)"$/s.exec(message) ?? [];
  if (status === undefined || words === undefined) return null;
  return refusal(words, /authentication credentials|have permission/.test(status));
}

/** gRPC's codes for a caller who may not, and for one whom the server does not know. */
const unwelcome: readonly number[] = [7, 16];

function refusal(words: string, isUnwelcome: boolean): Obstacle {
  return {
    why: `it answered "${words}"`,
    remedy: isUnwelcome
      ? 'Set TEMPORAL_API_KEY, or api_key in the profile, to a key that it accepts for this namespace.'
      : elsewhere,
  };
}

/** Why nothing can be had from this address; gRPC only says that it took too long. */
async function obstacleAt(address: string, tls: ServerLocation['options']['tls']): Promise<Obstacle> {
  try {
    await dial(address);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { why: message || (code ?? 'no connection'), remedy: elsewhere };
  }
  return (
    (await tlsObstacle(address, tls)) ?? {
      why: 'something accepts connections there but does not answer as a Temporal server does',
      remedy: elsewhere,
    }
  );
}
