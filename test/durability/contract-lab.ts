/** A Temporal server and a worker as processes, and targets that run nothing: as many rollouts as wanted. */
import type { Client } from '@temporalio/client';
import { onTestFinished } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { startContractTarget, type ContractTarget } from '../support/contract-target.ts';
import { startTemporalProcess } from '../support/temporal-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

export interface ContractLab {
  /** Of the Temporal server. */
  address: string;
  client: Client;
  rollouts: Rollouts;
  /** A rollout with these steps, of a service of its own. */
  start: (
    service: string,
    steps: RolloutSpec['steps'],
    load?: { rate: string; duration: string },
  ) => Promise<ContractTarget>;
  startWorker: () => Promise<void>;
  killWorker: () => Promise<void>;
}

/**
 * Ends with the test.
 *
 * @param dynamicConfig of the Temporal server
 * @param env of the worker
 */
export async function openContractLab({
  dynamicConfig = [],
  env = {},
}: {
  dynamicConfig?: string[];
  env?: Record<string, string>;
}): Promise<ContractLab> {
  const temporal = await startTemporalProcess(dynamicConfig);
  onTestFinished(temporal.close);
  let worker = await startWorkerProcess(temporal.address, env);
  onTestFinished(() => worker.kill());
  const { client, connection } = await connectClient(readConfig({ TEMPORAL_ADDRESS: temporal.address }));
  onTestFinished(() => connection.close());
  const rollouts = new Rollouts(client);
  return {
    address: temporal.address,
    client,
    rollouts,
    startWorker: async () => {
      worker = await startWorkerProcess(temporal.address, env);
    },
    killWorker: () => worker.kill(),
    start: async (service, steps, load) => {
      const target = await startContractTarget('v1');
      onTestFinished(target.close);
      const read = { type: 'http' as const, url: `${target.url}?call=read`, value: '$.weight' };
      await rollouts.start({
        service,
        version: 'v2',
        target: { type: 'http', url: target.url },
        every: '1s',
        ...(load !== undefined && {
          load: { type: 'http', url: read.url, ...load },
        }),
        metrics: [{ name: 'weight', kind: 'value', source: read, max: 100 }],
        steps,
      });
      return target;
    },
  };
}
