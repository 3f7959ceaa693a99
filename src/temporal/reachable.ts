import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import type { ServerLocation } from './server-location.ts';

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
  { address, source }: Pick<ServerLocation, 'address' | 'source'>,
  connect: () => Promise<T>,
): Promise<T> {
  try {
    if (isLoopback(address)) await dial(address);
    return await connect();
  } catch (error) {
    const why = answerIn(error) ?? (await whyUnreachable(address));
    throw new UnreachableError(
      `No Temporal server can be reached at ${address} (from ${source}): ${why}. ` +
        'Run `npx coalmine dev` to have one on this machine, ' +
        'or set TEMPORAL_ADDRESS (and what else it takes: TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…) to yours.',
      { cause: error },
    );
  }
}

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
function answerIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (isGrpcServiceError(error.cause)) return `it answered "${error.cause.details}"`;
  return error.message.startsWith('Failed to call GetSystemInfo') ? error.message : null;
}

/** Why nothing can be had from this address, as the network says it; gRPC only says that it took too long. */
async function whyUnreachable(address: string): Promise<string> {
  try {
    await dial(address);
    return 'something accepts connections there but does not answer as a Temporal server does (TLS on one side only?)';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return message || (code ?? 'no connection');
  }
}
