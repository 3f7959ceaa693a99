import { ConfigError, type Address } from '../config.ts';

/** Why the worker cannot listen where a variable says, and what to do. */
export function cannotListen(
  variable: 'COALMINE_HEALTH_ADDRESS' | 'COALMINE_METRICS_ADDRESS',
  { host, port }: Address,
  error: unknown,
): ConfigError {
  return new ConfigError(
    `${variable}: found ${host}:${String(port)}, where this worker cannot listen ` +
      `(${error instanceof Error ? error.message : String(error)}); ` +
      'choose an address of this machine with a port that is free',
    { cause: error },
  );
}
