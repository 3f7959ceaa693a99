import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { defineSearchAttributeKey } from '@temporalio/common';
import { afterAll, beforeAll, inject } from 'vitest';
import { systemClock } from '../../activities/adapters.ts';
import { createGrants } from '../../activities/grants.ts';
import { readConfig } from '../../src/config.ts';
import { searchAttributes } from '../../src/domain/surface.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { partitionArguments } from '../../src/temporal/server-settings.ts';
import { createWorkers } from '../../src/worker.ts';
import { LoadTurns } from '../../activities/load-turns.ts';
import { World } from '../support/world.ts';

Runtime.install({ logger: new DefaultLogger('ERROR'), workerHeartbeatInterval: '1s' });

/**
 * A real Temporal dev server for all the tests of a file.
 *
 * @param dynamicConfig the server's own settings, `name=value` each
 */
export function devServer(dynamicConfig: readonly string[] = []): () => TestWorkflowEnvironment {
  let environment: TestWorkflowEnvironment | undefined;
  beforeAll(async () => {
    environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: inject('temporal') },
        extraArgs: [
          ...partitionArguments,
          ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
        ],
        searchAttributes: Object.entries(searchAttributes).map(([name, type]) =>
          defineSearchAttributeKey(name, type),
        ),
      },
    });
  });
  afterAll(() => environment?.teardown());
  return () => {
    if (environment === undefined) throw new Error('the dev server is there from beforeAll on');
    return environment;
  };
}

/** Runs the real workers on a world in memory for as long as `use` takes; `env` comes on top of theirs. */
export async function withWorker<T>(
  { nativeConnection, namespace }: TestWorkflowEnvironment,
  use: (world: World) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  const world = new World();
  const config = readConfig({ COALMINE_ALLOW_HOSTS: 'loopback', ...env });
  const workers = await createWorkers(
    { connection: nativeConnection, namespace: namespace ?? 'default' },
    config,
    {
      adapters: world.adapters,
      grants: createGrants(config),
      clock: systemClock,
      loadTurns: new LoadTurns(1000),
    },
    { workflowBundle: { codePath: inject('workflowBundle') } },
  );
  const runs = workers.map((worker) => worker.run());
  try {
    return await use(world);
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(runs);
  }
}

/** A rollout on that world with one long bake, or with the steps that a test wants. */
export function specOf(
  service: string,
  steps: RolloutSpec['steps'] = [{ weight: 5, bake: '1h' }],
): RolloutSpec {
  return {
    service,
    version: 'v2',
    target: { type: 'http', url: 'http://127.0.0.1:9/target' },
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:9/health' } }],
    every: '1s',
    steps,
  };
}

/** Steps that are over in a moment. */
export const briefly: RolloutSpec['steps'] = [{ weight: 50, bake: '1s' }];

/** Steps that wait for people first. */
export const gated: RolloutSpec['steps'] = [
  { approve: 'release to some', by: ['ana'] },
  { weight: 5, bake: '1h' },
];
