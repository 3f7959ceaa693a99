import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { Runtime, type MetricsExporterConfig } from '@temporalio/worker';
import type { Address, Config } from '../config.ts';
import { cannotListen } from './listening.ts';
import { createLogger } from './log.ts';

/** How often workers tell the server of themselves: what `coalmine doctor` sees is no older. */
const workerHeartbeatInterval = '10s';

/**
 * Sets up what all workers of a process share: the log, the metrics, and that SIGINT and SIGTERM end them
 * gracefully. Once per process, before anything else of the SDK's is used.
 *
 * @throws ConfigError if the address for metrics cannot be listened at
 */
export async function installRuntime({ log, metricsAddress }: Config): Promise<void> {
  const logger = createLogger(log);
  // What the SDK's native half says goes the same way.
  const logging = { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } as const;
  if (metricsAddress === null) {
    Runtime.install({ logger, workerHeartbeatInterval, telemetryOptions: { logging } });
    return;
  }
  try {
    const metrics = exporter(await socketAddress(metricsAddress));
    Runtime.install({ logger, workerHeartbeatInterval, telemetryOptions: { logging, metrics } });
  } catch (error) {
    throw cannotListen('COALMINE_METRICS_ADDRESS', metricsAddress, error);
  }
}

/** The exporter takes no names. */
async function socketAddress({ host, port }: Address): Promise<string> {
  const { address } = await lookup(host);
  return `${isIPv6(address) ? `[${address}]` : address}:${String(port)}`;
}

/** Bounds of the buckets, in seconds. */
const buckets = {
  coalmine_tick_lateness_seconds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300],
  coalmine_effect_duration_seconds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
};

/** Names as Prometheus has them: `_total`, `_seconds`. */
function exporter(bindAddress: string): MetricsExporterConfig {
  return {
    attachServiceName: false,
    prometheus: {
      bindAddress,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
      histogramBucketOverrides: buckets,
    },
  };
}

/** For a process that will have no worker: what would wait for one's log keeps it alive. Throws the reason on. */
export async function endRuntime(reason: unknown): Promise<never> {
  await Runtime.instance().shutdown();
  throw reason;
}
