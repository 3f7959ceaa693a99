/** Many rollouts at a time, each of a shop of its own, on one Temporal server and one worker. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, inject } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createWorkers, outsideOf } from '../../src/worker.ts';
import { devServer } from '../cli/server.ts';
import type { Shop } from './shop.ts';

/** A rollout of `v2` that runs. */
export interface RunningRollout {
  status: () => Promise<RolloutStatus>;
  /** Waits until the rollout's own answer is so. */
  until: (isSo: (status: RolloutStatus) => boolean) => Promise<RolloutStatus>;
  /** The current details that the Web UI shows. */
  details: () => Promise<string>;
  resume: () => Promise<unknown>;
  result: () => Promise<RolloutResult>;
}

/** For the tests of a file: starts rollouts whose errors are compared with stable's, by a Prometheus. */
export function rolloutStarter(): (
  shop: Shop,
  url: string,
  spec: Partial<RolloutSpec>,
) => Promise<RunningRollout> {
  const server = devServer();
  let end: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const { nativeConnection, namespace = 'default' } = server();
    const config = readConfig({ COALMINE_ALLOW_HOSTS: 'loopback' });
    const workers = await createWorkers(
      { connection: nativeConnection, namespace },
      config,
      outsideOf(config),
      { workflowBundle: { codePath: inject('workflowBundle') } },
    );
    const runs = workers.map((worker) => worker.run());
    end = async () => {
      for (const worker of workers) worker.shutdown();
      await Promise.all(runs);
    };
  });
  afterAll(() => end?.());
  return (shop, url, spec) => startRollout(server().client, shop, url, spec);
}

/** Starts one on a server, whoever the workers are. */
export async function startRollout(
  client: Client,
  { service, target }: Shop,
  url: string,
  spec: Partial<RolloutSpec>,
): Promise<RunningRollout> {
  const rollouts = new Rollouts(client);
  await rollouts.start({
    service,
    version: 'v2',
    target: { type: 'http', url: target.url, ready: '4s' },
    every: '1s',
    judge: 'fast',
    prometheus: { url, timeout: '2s' },
    metrics: [
      {
        name: 'errors',
        kind: 'rate',
        source: { type: 'prometheus', preset: 'http-server', match: 'service="$service",track="$track"' },
        passBelow: 2,
      },
    ],
    steps: [{ weight: 20, bake: { min: '12s', max: '20s' }, onInconclusive: 'advance' }],
    onNoSignal: { hold: '10m' },
    ...spec,
  });
  const status = async (): Promise<RolloutStatus> => {
    const answer = await rollouts.status(service);
    if (answer.kind !== 'full') throw new Error(`no status: ${JSON.stringify(answer)}`);
    return answer.status;
  };
  const handle = client.workflow.getHandle(`rollout/${service}`);
  return {
    status,
    async until(isSo) {
      const end = Date.now() + 90_000;
      for (;;) {
        const now = await status();
        if (isSo(now)) return now;
        if (Date.now() > end) throw new Error(`waited in vain; it is ${JSON.stringify(now, null, 1)}`);
        await sleep(200);
      }
    },
    async details() {
      const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
      return metadata.currentDetails ?? '';
    },
    resume: () => rollouts.resume(service),
    result: () => rollouts.result(service),
  };
}
