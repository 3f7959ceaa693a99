/** Many rollouts at a time, each of a service with an HTTP target of its own, on one Temporal server and one worker. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, inject } from 'vitest';
import { Rollouts, type Message } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { createWorkers, outsideOf } from '../../src/worker.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { devServer } from '../cli/server.ts';
import {
  startContractTarget,
  type Asked,
  type ContractTarget,
  type Fault,
} from '../support/contract-target.ts';

/** Which requests meet a fault, and which. */
export type Befall = (asked: Asked, target: ContractTarget) => Fault | null;

/** A rollout of `v2` that runs, on a target where `v1` serves everyone. */
export interface FaultyRollout {
  target: ContractTarget;
  result: () => Promise<RolloutResult>;
  status: () => Promise<RolloutStatus>;
  resume: () => Promise<unknown>;
  promote: () => Promise<unknown>;
  pause: (message: Message) => Promise<unknown>;
  abort: (message?: Message) => Promise<unknown>;
  /** The current details that the Web UI shows. */
  details: () => Promise<string>;
  /** What the Temporal server says of the workflow: `COMPLETED`. */
  state: () => Promise<string>;
}

/**
 * For the tests of a file: starts a rollout that may take 4 s for each deploy, and a minute for each split.
 *
 * @param environment of the worker, besides that it may use loopback
 */
export function faultyRollouts(
  environment: () => Record<string, string> = () => ({}),
): (befall: Befall, spec?: Partial<RolloutSpec>) => Promise<FaultyRollout> {
  const server = devServer();
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    closing.push(await startWorkers(server(), environment()));
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });
  let started = 0;
  return async (befall, spec = {}) => {
    const { client } = server();
    const rollouts = new Rollouts(client);
    started += 1;
    const { service = `service-${String(started)}` } = spec;
    const target = await startContractTarget('v1');
    closing.push(target.close);
    target.befall((asked) => befall(asked, target));
    const source = { type: 'http' as const, url: `${target.url}?call=read`, value: '$.weight' };
    const { rollout } = await rollouts.start({
      service,
      version: 'v2',
      target: { type: 'http', url: target.url, ready: '4s' },
      every: '1s',
      metrics: [{ name: 'weight', kind: 'value', source, max: 100 }],
      steps: [
        { weight: 20, bake: '1s' },
        { weight: 50, bake: '1s' },
      ],
      ...spec,
    });
    const handle = client.workflow.getHandle(rollout);
    return {
      target,
      result: () => rollouts.result(service),
      status: () => handle.query(statusQuery),
      resume: () => rollouts.resume(service),
      promote: () => rollouts.promote(service),
      pause: (message) => rollouts.pause(service, message),
      abort: (message) => rollouts.abort(service, message),
      details: async () => {
        const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
        return metadata.currentDetails ?? '';
      },
      state: async () => (await handle.describe()).status.name,
    };
  };
}

/** With every real adapter, which may use this machine; gives what ends them. */
async function startWorkers(
  { nativeConnection, namespace }: TestWorkflowEnvironment,
  environment: Record<string, string>,
): Promise<() => Promise<void>> {
  const config = readConfig({ COALMINE_ALLOW_HOSTS: 'loopback', ...environment });
  const workers = await createWorkers(
    { connection: nativeConnection, namespace: namespace ?? 'default' },
    config,
    outsideOf(config),
    { workflowBundle: { codePath: inject('workflowBundle') } },
  );
  const runs = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(runs);
  };
}
