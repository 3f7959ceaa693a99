import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { systemClock, type Outside } from '../activities/adapters.ts';
import { deployers } from '../activities/deployers/registry.ts';
import { createGrants } from '../activities/grants.ts';
import { createActivities } from '../activities/index.ts';
import { load } from '../activities/load/registry.ts';
import { metrics } from '../activities/metrics/registry.ts';
import { notifiers } from '../activities/notifiers/registry.ts';
import { traffic } from '../activities/traffic/registry.ts';
import type { Config } from './config.ts';
import { taskQueues } from './domain/surface.ts';
import { requireSearchAttributes } from './temporal/search-attributes.ts';
import type { WorkerConnection } from './temporal/worker-connection.ts';

/**
 * Serves all three task queues until the process is told to end (SIGINT, SIGTERM).
 *
 * @throws MissingSearchAttributesError before it takes any work
 */
export async function runWorker(
  config: Config,
  server: WorkerConnection,
  started: () => void,
): Promise<void> {
  const { connection, namespace, address } = server;
  await requireSearchAttributes(connection, { address, namespace });
  const workers = await createWorkers(server, config, outsideOf(config));
  started();
  await Promise.all(workers.map((worker) => worker.run()));
}

/** Every adapter there is, and what this worker allows them. */
export function outsideOf(config: Config): Outside {
  const adapters = { deployers, traffic, load, metrics, notifiers };
  return { adapters, grants: createGrants(config), clock: systemClock };
}

/** One worker per task queue, so that effects never wait for a slot behind a bake or a load run. */
export async function createWorkers(
  { connection, namespace }: Pick<WorkerConnection, 'connection' | 'namespace'>,
  { slots }: Pick<Config, 'slots'>,
  outside: Outside,
  workflows: { workflowBundle: WorkflowBundleOption } | { workflowsPath: string } = builtWorkflows(),
): Promise<Worker[]> {
  const activities = createActivities(outside);
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    activities,
    identity: `coalmine ${String(process.pid)}@${hostname()}`,
  };
  return [
    await Worker.create({
      ...common,
      ...workflows,
      taskQueue: taskQueues.effects,
      maxConcurrentActivityTaskExecutions: slots.effects,
      // An attempt hears of a cancel at its next heartbeat.
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '10s',
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

/** What `npm run build` has bundled; from sources they are bundled now. */
function builtWorkflows(): { workflowBundle: WorkflowBundleOption } | { workflowsPath: string } {
  const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return {
    workflowsPath: fileURLToPath(new URL(`../workflows/index${extname(import.meta.url)}`, import.meta.url)),
  };
}
