import { hostname } from 'node:os';
import { Runtime, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { systemClock, type Outside } from '../activities/adapters.ts';
import { deployers } from '../activities/deployers/registry.ts';
import { createGrants } from '../activities/grants.ts';
import { createActivities } from '../activities/index.ts';
import { LoadTurns } from '../activities/load-turns.ts';
import { load } from '../activities/load/registry.ts';
import { metrics } from '../activities/metrics/registry.ts';
import { notifiers } from '../activities/notifiers/registry.ts';
import { traffic } from '../activities/traffic/registry.ts';
import type { Config } from './config.ts';
import { taskQueues } from './domain/surface.ts';
import { workerCodec } from './payloads/codec.ts';
import { noKeys } from './payloads/keys.ts';
import { requireSearchAttributes } from './temporal/search-attributes.ts';
import type { WorkerConnection } from './temporal/worker-connection.ts';
import { taskLimit } from './worker/task-limit.ts';
import { version } from './version.ts';
import { builtWorkflows } from './worker/built-workflows.ts';
import { effectMetrics } from './worker/effect-metrics.ts';
import { encodedFailures } from './worker/encoded-failures.ts';
import { serveHealth } from './worker/health.ts';
import { failure, unreadiness } from './worker/readiness.ts';
import { countRollouts } from './worker/rollout-gauge.ts';

/**
 * Serves all three task queues until the process is told to end (SIGINT, SIGTERM). Then it gives back what it
 * watches and loads at once, for another worker to go on with, and lets its effects end. Answers about its health
 * meanwhile, where the configuration says so.
 *
 * @throws MissingSearchAttributesError before it takes any work
 * @throws ConfigError if the address for health cannot be listened at
 */
export async function runWorker(
  config: Config,
  server: WorkerConnection,
  started: () => void,
): Promise<void> {
  const { connection, namespace, address } = server;
  const { healthAddress, metricsAddress } = config;
  const workers: Worker[] = [];
  const ending = new AbortController();
  const closeHealth =
    healthAddress === null
      ? null
      : await serveHealth(healthAddress, {
          healthz: () => failure(workers),
          readyz: () => unreadiness(workers, connection),
        });
  try {
    await requireSearchAttributes(connection, { address, namespace });
    workers.push(...(await createWorkers(server, config, outsideOf(config))));
    if (metricsAddress !== null) void countRollouts(connection, namespace, ending.signal);
    started();
    await runAll(workers);
  } finally {
    ending.abort();
    await closeHealth?.();
  }
}

/** Until all have ended: what one alone would still serve is no rollout. */
async function runAll(workers: readonly Worker[]): Promise<void> {
  const { logger } = Runtime.instance();
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
    }
  });
  logger.info('The worker takes work');
  try {
    await Promise.all(runs);
    logger.info('The worker has ended');
  } finally {
    await Promise.allSettled(runs);
  }
}

/** Every adapter there is, and what this worker allows them. */
export function outsideOf(config: Config): Outside {
  const adapters = { deployers, traffic, load, metrics, notifiers };
  return {
    adapters,
    grants: createGrants(config),
    clock: systemClock,
    loadTurns: new LoadTurns(config.loadRate),
  };
}

/** One worker per task queue, so that effects never wait for a slot behind a bake or a load run. */
export async function createWorkers(
  { connection, namespace }: Pick<WorkerConnection, 'connection' | 'namespace'>,
  {
    slots,
    cachedRollouts,
    shutdownGrace,
    payloadKeys = noKeys,
  }: Pick<Config, 'slots' | 'cachedRollouts' | 'shutdownGrace'> & Partial<Pick<Config, 'payloadKeys'>>,
  outside: Outside,
  workflows?: { workflowBundle: WorkflowBundleOption } | { workflowsPath: string },
): Promise<Worker[]> {
  const activities = createActivities(outside);
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    activities,
    dataConverter: { payloadCodecs: [workerCodec(payloadKeys)] },
    interceptors: {
      activity: [...(payloadKeys.encrypting === null ? [] : [encodedFailures()]), effectMetrics()],
    },
    identity: `coalmine ${String(process.pid)}@${hostname()}`,
    // Says which version works, in histories and to the doctor; any may take any rollout.
    workerDeploymentOptions: {
      version: { deploymentName: 'coalmine', buildId: version },
      useWorkerVersioning: false,
    },
  };
  return [
    await Worker.create({
      ...common,
      ...taskLimit,
      ...(workflows ?? (await builtWorkflows())),
      taskQueue: taskQueues.effects,
      maxConcurrentActivityTaskExecutions: slots.effects,
      // An attempt hears of a cancel at its next heartbeat.
      maxHeartbeatThrottleInterval: '1s',
      // What is said to a rollout waits this long for a worker that has died.
      stickyQueueScheduleToStartTimeout: '5s',
      ...(cachedRollouts !== null && { maxCachedWorkflows: cachedRollouts }),
      shutdownGraceTime: shutdownGrace,
    }),
    await Worker.create({
      ...common,
      taskQueue: taskQueues.watch,
      maxConcurrentActivityTaskExecutions: slots.watch,
      maxHeartbeatThrottleInterval: '3s',
      shutdownGraceTime: '1s',
    }),
    await Worker.create({
      ...common,
      taskQueue: taskQueues.load,
      maxConcurrentActivityTaskExecutions: slots.load,
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '1s',
    }),
  ];
}
