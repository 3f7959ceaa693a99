/** Everything as processes of their own: a Temporal server, the example platform, a worker. Any may be killed. */
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import axios from 'axios';
import { test as base, expect, vi } from 'vitest';
import { startTraffic, type Traffic } from '../../examples/platform/traffic.ts';
import type { RolloutWorkflow } from '../../src/client/look.ts';
import { Rollouts } from '../../src/client.ts';
import { readConfig } from '../../src/config.ts';
import type { Split } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { launchPlatform, type RunningPlatform } from '../support/platform.ts';
import { startSlowProxy, type SlowProxy } from '../support/slow-proxy.ts';
import { startTemporalProcess, type TemporalProcess } from '../support/temporal-process.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

export const stable = '14.1.0';
export const canary = '14.1.1';
export const service = 'bakery';

export interface Lab {
  temporal: TemporalProcess;
  platform: RunningPlatform;
  /** Between workers and platform. */
  proxy: SlowProxy;
  rollouts: Rollouts;
  /** People on the front door. */
  users: Traffic;
  handle: WorkflowHandle<RolloutWorkflow>;
  start: (spec?: Partial<RolloutSpec>) => Promise<void>;
  startWorker: () => Promise<void>;
  killWorker: () => Promise<void>;
  /** Waits until the rollout's own answer is so. */
  until: (isSo: (status: RolloutStatus) => boolean) => Promise<RolloutStatus>;
  /** Every effect that the platform accepted, a repetition not counted: `split 20`. */
  effects: () => Promise<string[]>;
  /** The split in force, asked of the platform itself. */
  split: () => Promise<Split>;
}

/** A test with a lab of its own, a worker running, of which nothing is left when it ends. */
export const test = base.extend<{ splitBy: 'request' | 'user'; lab: Lab }>({
  /** What the platform's front door assigns to a version. */
  splitBy: 'request',
  lab: async ({ splitBy }, use) => {
    const closing: (() => Promise<unknown>)[] = [];
    try {
      await use(await openLab(closing, splitBy));
    } finally {
      for (const close of closing.reverse()) await close();
    }
  },
});

async function openLab(closing: (() => Promise<unknown>)[], splitBy: 'request' | 'user'): Promise<Lab> {
  const platform = await launchPlatform({ splitBy });
  closing.push(platform.stop);
  const proxy = await startSlowProxy(platform.control);
  closing.push(proxy.close);
  const temporal = await startTemporalProcess();
  closing.push(temporal.close);
  const { client, connection } = await connectClient(readConfig({ TEMPORAL_ADDRESS: temporal.address }));
  closing.push(() => connection.close());
  let worker: WorkerProcess = await startWorkerProcess(temporal.address);
  closing.push(() => worker.kill());
  const users = startTraffic(platform.front, 25);
  closing.push(users.stop);

  const rollouts = new Rollouts(client);
  const target = { type: 'http' as const, url: `${proxy.url}/coalmine` };
  const health = { type: 'http' as const, url: `${proxy.url}/monitor` };
  return {
    temporal,
    platform,
    proxy,
    rollouts,
    users,
    handle: client.workflow.getHandle(`rollout/${service}`),
    start: async (spec = {}) => {
      await rollouts.start({
        service,
        version: canary,
        target,
        every: '1s',
        metrics: [{ name: 'health', kind: 'status', source: health }],
        steps: [
          { weight: 20, bake: '2s' },
          { weight: 50, bake: '2s' },
        ],
        ...spec,
      });
    },
    startWorker: async () => {
      worker = await startWorkerProcess(temporal.address);
    },
    killWorker: () => worker.kill(),
    until: (isSo) => until(rollouts, isSo),
    effects: async () => effectsOf(platform),
    split: async () => (await axios.get<Split>(`${platform.url}?call=read`)).data,
  };
}

async function until(rollouts: Rollouts, isSo: (status: RolloutStatus) => boolean): Promise<RolloutStatus> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await rollouts.status(service);
    if (answer.kind === 'full' && isSo(answer.status)) return answer.status;
    if (Date.now() > end) throw new Error(`waited in vain; it is ${JSON.stringify(answer, null, 1)}`);
    await delay(100);
  }
}

interface Effect {
  call: string;
  share?: number;
  weight?: number;
  fence: { epoch: number; number: number };
}

async function effectsOf(platform: RunningPlatform): Promise<string[]> {
  const calls = (await platform.calls()).filter(({ method, status }) => method === 'POST' && status === 202);
  const byNumber = new Map<number, string>();
  for (const { asked } of calls) {
    const { call, share, weight, fence } = asked as Effect;
    const name = [call, share ?? weight].filter((part) => part !== undefined).join(' ');
    // One number is one effect, however often it came.
    expect(byNumber.get(fence.number) ?? name).toBe(name);
    // None was accepted after a later one.
    expect(Math.max(0, ...byNumber.keys())).toBeLessThanOrEqual(fence.number);
    byNumber.set(fence.number, name);
  }
  return [...byNumber.values()];
}

/** Everyone is served this version, by stable alone: the platform says so, and so do its processes and its users. */
export async function expectAll(version: string, lab: Lab): Promise<void> {
  expect(await lab.split()).toMatchObject({ weight: 0, audience: null });
  const copies = await lab.platform.copies();
  expect(copies.map((copy) => `${copy.track} ${copy.version} ${copy.state}`)).toEqual(
    Array.from({ length: 3 }, () => `stable ${version} serving`),
  );
  lab.users.reset();
  await served(lab, 20);
  const { byVersion, errors } = lab.users.seen();
  expect({ versions: Object.keys(byVersion), errors }).toEqual({ versions: [version], errors: 0 });
}

/** Waits until users have had so many answers since the last reset. */
export async function served({ users }: Lab, requests: number): Promise<void> {
  await vi.waitFor(() => expect(users.seen().requests).toBeGreaterThanOrEqual(requests), 30_000);
}
