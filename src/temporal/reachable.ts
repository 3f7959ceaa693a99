import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from '@temporalio/client';
import { Connection } from '@temporalio/client';

/**
 * How to hold a connection to this address. A client that lost its server tries again within a second: by
 * gRPC's own default it would still be waiting a quarter of a minute after the server is back. A server on this
 * machine is never asked through the proxy that the environment names for the world outside.
 */
export function channelArgs(address: string): NonNullable<ConnectionOptions['channelArgs']> {
  return {
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 1_000,
    ...(/^(localhost|127\.|\[::1\])/.test(address) && { 'grpc.enable_http_proxy': 0 }),
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

/** Why nothing can be had from this address, as the network says it; gRPC only says that it took too long. */
export async function whyUnreachable(address: string): Promise<string> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 7233) });
  try {
    await Promise.race([
      once(socket, 'connect'),
      sleep(2_000).then(() => Promise.reject(new Error('no answer to a connection'))),
    ]);
    return 'something accepts connections there but does not answer as a Temporal server does (TLS on one side only?)';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return message || (code ?? 'no connection');
  } finally {
    socket.destroy();
  }
}
