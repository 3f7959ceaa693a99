import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { readConfig } from '../../src/config.ts';
import type { RolloutResult } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { taskQueues } from '../../src/domain/surface.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { outsideOf } from '../../src/worker.ts';
import type { Verb } from '../../workflows/messages.ts';
import { reply, type ContractTarget } from '../support/contract-target.ts';
import { activitiesOf } from '../support/history.ts';
import { openContractLab, type ContractLab } from './contract-lab.ts';

const bake: RolloutSpec['steps'] = [{ weight: 20, bake: '1h' }];
const gate: RolloutSpec['steps'] = [
  { weight: 20, bake: '1s' },
  { approve: 'release to half' },
  { weight: 50, bake: '1h' },
];

interface Case {
  steps: RolloutSpec['steps'];
  /** The canary has failed, and the workflow has not heard of it. */
  fails?: true;
  /** By Ana, in this order; what is not heeded by Ben. */
  said: Verb[];
  /** The last of it is recorded as without effect. */
  unheeded?: true;
  /** How it ends, or what follows when it is resumed. */
  becomes: Partial<RolloutResult> | { resumed: Partial<RolloutStatus> };
}

const aborted = { outcome: 'aborted', cause: 'aborted by "ana" (claimed)' } as const;
const rejected = { outcome: 'aborted', cause: 'rejected by "ana" (claimed)' } as const;
const failed = { outcome: 'rolled-back', cause: 'weight: 101, more than the 100 allowed' } as const;
const goesOn = { resumed: { phase: 'baking', weight: 50 } } as const;
const isPromoted = { resumed: { phase: 'ended', outcome: 'promoted', weight: 0 } } as const;

const cases: Case[] = [
  { steps: gate, said: ['approve', 'abort'], becomes: aborted },
  { steps: gate, said: ['promote', 'abort'], becomes: aborted },
  { steps: gate, said: ['reject', 'abort'], becomes: aborted },
  { steps: gate, said: ['pause', 'abort'], becomes: aborted },
  { steps: gate, said: ['abort', 'abort'], unheeded: true, becomes: aborted },
  { steps: gate, said: ['abort', 'approve'], unheeded: true, becomes: aborted },
  { steps: bake, said: ['promote', 'abort'], becomes: aborted },
  { steps: bake, said: ['pause', 'abort'], becomes: aborted },
  { steps: bake, said: ['abort', 'promote'], unheeded: true, becomes: aborted },
  { steps: bake, said: ['abort', 'pause'], unheeded: true, becomes: aborted },
  { steps: bake, fails: true, said: ['promote', 'abort'], becomes: aborted },
  { steps: gate, fails: true, said: ['abort'], becomes: aborted },
  { steps: gate, fails: true, said: ['reject'], becomes: failed },
  { steps: gate, fails: true, said: ['approve'], becomes: failed },
  { steps: bake, fails: true, said: ['pause'], becomes: failed },
  { steps: bake, fails: true, said: ['promote'], becomes: failed },
  { steps: gate, said: ['approve', 'reject'], becomes: rejected },
  { steps: gate, said: ['promote', 'reject'], becomes: rejected },
  { steps: gate, said: ['pause', 'reject'], becomes: rejected },
  { steps: gate, said: ['reject', 'approve'], unheeded: true, becomes: rejected },
  { steps: gate, said: ['approve', 'pause'], becomes: goesOn },
  { steps: gate, said: ['promote', 'pause'], becomes: isPromoted },
  { steps: bake, said: ['promote', 'pause'], becomes: isPromoted },
];

interface Running extends Case {
  service: string;
  handle: WorkflowHandle;
  target: ContractTarget;
}

function isHeeded({ said, unheeded }: Case, at: number): boolean {
  return !unheeded || at < said.length - 1;
}

const patience = { timeout: 60_000, interval: 200 };

async function begin({ client, start }: ContractLab, one: Case): Promise<Running> {
  const where = one.steps === gate ? 'gate' : 'bake';
  const service = [where, ...(one.fails === undefined ? [] : ['fail']), ...one.said].join('-');
  const target = await start(service, one.steps);
  return { ...one, service, handle: client.workflow.getHandle(`rollout/${service}`), target };
}

function statusOf({ handle }: { handle: WorkflowHandle }): Promise<RolloutStatus> {
  return handle.query('status');
}

async function until(running: { handle: WorkflowHandle }, so: Partial<RolloutStatus>): Promise<void> {
  await vi.waitFor(async () => expect(await statusOf(running)).toMatchObject(so), patience);
}

/**
 * The lab's worker watches one chapter, which lasts; every other one is watched here, and goes on when the
 * lab's worker is killed.
 */
async function watchHere({ address, client, start }: ContractLab): Promise<void> {
  await start('elsewhere', bake);
  const elsewhere = client.workflow.getHandle('rollout/elsewhere');
  await vi.waitFor(async () => {
    const { raw } = await elsewhere.describe();
    expect(raw.pendingActivities?.[0]?.lastStartedTime).toBeTruthy();
  }, patience);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const config = readConfig({ TEMPORAL_ADDRESS: address, COALMINE_ALLOW_HOSTS: 'loopback' });
  const { connection } = await connectWorker(config);
  const activities = createActivities(outsideOf(config));
  const watching = await Worker.create({ connection, taskQueue: taskQueues.watch, activities });
  const run = watching.run();
  onTestFinished(async () => {
    watching.shutdown();
    await run;
    await connection.close();
  });
}

/** The chapter under way ends with a fail. */
async function fail({ handle, target }: Running): Promise<void> {
  target.befall(() => (response) => reply(response, { status: 200, body: { weight: 101 } }));
  await vi.waitFor(async () => {
    const chapters = (await activitiesOf(handle)).filter(({ type }) => type === 'collectMetrics');
    expect(chapters.at(-1)?.result).toMatchObject({ row: { count: expect.any(Number) as number } });
  }, patience);
  target.befall(() => null);
}

/** From the fail, if there is one, to the last that was said, no workflow task was begun. */
async function expectOneTask({ handle, said, fails }: Running): Promise<void> {
  const { events } = await handle.fetchHistory();
  const told = (events ?? []).flatMap((event) => {
    if (event.workflowExecutionSignaledEventAttributes) return ['said'];
    if (event.workflowTaskStartedEventAttributes) return ['task'];
    return event.activityTaskCompletedEventAttributes ? ['activity'] : [];
  });
  const before = fails === undefined ? 'task' : 'activity';
  const first = told.indexOf('said');
  expect(told.slice(first - 1, first + said.length + 1)).toEqual([before, ...said.map(() => 'said'), 'task']);
}

/** What the target was told to do: `split 20`. */
function effectsOn({ arrived }: ContractTarget): string[] {
  return arrived
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => body as { call: string; share?: number; weight?: number })
    .map(({ call, share, weight }) => [call, share ?? weight].filter((part) => part !== undefined).join(' '));
}

async function expectEnd({ handle, target }: Running, becomes: Partial<RolloutResult>): Promise<void> {
  const result = (await handle.result()) as RolloutResult;
  expect(result).toMatchObject({ ...becomes, verified: true });
  expect(result.steps.at(-1)).toMatchObject({ ended: 'taken-back', because: becomes.cause });
  expect(effectsOn(target)).toEqual(['deploy 20', 'split 20', 'split 0', 'remove']);
  expect(target.split().weight).toBe(0);
  expect({ stable: target.running('stable'), canary: target.running('canary') }).toEqual({
    stable: ['v1'],
    canary: [],
  });
}

async function expectHeld(running: Running, resumed: Partial<RolloutStatus>): Promise<void> {
  const { handle, target } = running;
  await until(running, { phase: 'paused', weight: 20 });
  expect(effectsOn(target)).toEqual(['deploy 20', 'split 20']);
  expect(target.split().weight).toBe(20);
  await handle.signal('resume');
  await until(running, resumed);
  expect(target.split().weight).toBe(resumed.weight);
}

test(
  'of what arrives in one workflow task: abort, fail, reject, pause, approve, promote, whatever came first',
  { timeout: 240_000 },
  async () => {
    const lab = await openContractLab({ env: { COALMINE_WATCH_SLOTS: '1' } });
    await watchHere(lab);
    const rollouts = await Promise.all(cases.map((one) => begin(lab, one)));
    for (const one of rollouts)
      await until(one, { phase: one.steps === gate ? 'waiting' : 'baking', weight: 20 });

    await lab.killWorker();
    for (const one of rollouts) if (one.fails) await fail(one);
    for (const one of rollouts)
      for (const [at, verb] of one.said.entries())
        await one.handle.signal(verb, { by: isHeeded(one, at) ? 'ana' : 'ben' });
    await lab.startWorker();

    for (const one of rollouts) {
      await vi.waitFor(
        async () => expect((await statusOf(one)).messages).toHaveLength(one.said.length),
        patience,
      );
      const { messages } = await statusOf(one);
      expect({ [one.service]: messages.map(({ verb, handled }) => [verb, handled]) }).toEqual({
        [one.service]: one.said.map((verb, at) => [verb, isHeeded(one, at)]),
      });
      await expectOneTask(one);
      if ('resumed' in one.becomes) await expectHeld(one, one.becomes.resumed);
      else await expectEnd(one, one.becomes);
    }
  },
);
