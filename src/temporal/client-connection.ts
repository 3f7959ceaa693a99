import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config.ts';
import { clientCodec } from '../payloads/codec.ts';
import { defaultDirectory } from './dev-server.ts';
import { channelArgs, connectWithin, reach } from './reachable.ts';
import type { ServerLocation } from './location.ts';
import { locateServer } from './server-location.ts';

/** A client, and where it is connected to. */
interface ClientConnection extends Omit<ServerLocation, 'options'> {
  client: Client;
  /** To be closed by who asked for it. */
  connection: Connection;
}

/** Connects a client. Throws an UnreachableError after at most about five seconds. */
export async function connectClient(config: Config, directory = defaultDirectory): Promise<ClientConnection> {
  const server = await locateServer(config, directory);
  const { options, ...location } = server;
  const connection = await reach(server, () =>
    Connection.connect({
      ...options,
      channelArgs: channelArgs(location.address),
      connectTimeout: connectWithin,
    }),
  );
  const dataConverter = { payloadCodecs: [clientCodec(config.payloadKeys)] };
  const client = new Client({ connection, namespace: location.namespace, dataConverter });
  return { ...location, connection, client };
}
