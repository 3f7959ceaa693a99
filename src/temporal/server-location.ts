import { existsSync } from 'node:fs';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config.ts';
import { ConfigError } from '../config.ts';
import { runningDevServer } from './dev-server.ts';
import type { ServerLocation } from './location.ts';

const usualAddress = '127.0.0.1:7233';

/**
 * The server named in the environment as it is; else the dev server of the directory, if one runs; else that of
 * Temporal's own configuration file; else the usual address. Throws a ConfigError if what names it is wrong.
 */
export async function locateServer({ temporal }: Config, directory: string): Promise<ServerLocation> {
  const { namedBy, variables } = temporal;
  const { connectionOptions, namespace } = load(temporal);
  const { address, tls, apiKey, metadata } = connectionOptions;
  const named = (at: string, source: string): ServerLocation => ({
    address: at,
    namespace: namespace ?? 'default',
    ui: null,
    source,
    options: {
      address: at,
      ...(tls !== undefined && { tls }),
      ...(apiKey !== undefined && { apiKey }),
      ...(metadata !== undefined && { metadata }),
    },
  });
  if (namedBy !== null) return named(address ?? usualAddress, namedBy);

  const dev = await runningDevServer(directory);
  if (dev !== null) {
    return {
      address: dev.address,
      namespace: variables['TEMPORAL_NAMESPACE'] ?? 'default',
      ui: dev.ui,
      source: `the dev server in ${directory}`,
      options: { address: dev.address },
    };
  }
  return address === undefined
    ? named(usualAddress, `the default, since no server is named and no dev server runs in ${directory}`)
    : named(address, "Temporal's configuration file");
}

function load({ namedBy, variables }: Config['temporal']): ClientConnectConfig {
  const file = variables['TEMPORAL_CONFIG_FILE'];
  // To envconfig a file that is not there is one that says nothing.
  if (file !== undefined && !existsSync(file)) {
    throw new ConfigError(`TEMPORAL_CONFIG_FILE: found ${file}, which does not exist; allowed: a TOML file`);
  }
  try {
    return loadClientConnectConfig({ overrideEnvVars: { ...variables } });
  } catch (error) {
    throw new ConfigError(
      `${namedBy ?? "Temporal's configuration file"} does not tell a Temporal server: ` +
        (error instanceof Error ? error.message : String(error)),
      { cause: error },
    );
  }
}
