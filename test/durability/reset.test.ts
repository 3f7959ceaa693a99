/** `temporal workflow reset`, as the Web UI offers it, while and after the target has gone on. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, test, vi } from 'vitest';
import type { Fence } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import type { ContractTarget } from '../support/contract-target.ts';
import { openContractLab, type ContractLab } from './contract-lab.ts';

const steps: RolloutSpec['steps'] = [
  { weight: 5, bake: '1s' },
  { weight: 10, bake: '1s' },
  { weight: 20, bake: '1s' },
  { weight: 30, bake: '1s' },
  { approve: 'go on', within: '24h' },
  { weight: 50, bake: '1s' },
];

/** Where the run is reset to, by what that workflow task then ordered: the n-th activity of this name. */
interface Point {
  activity: string;
  nth: number;
}

const points: Record<string, Point> = {
  'its first workflow task': { activity: 'completeSpec', nth: 1 },
  preflight: { activity: 'preflight', nth: 1 },
  'before deploy': { activity: 'deploy', nth: 1 },
  'the shift to 20%': { activity: 'shiftTraffic', nth: 3 },
  'the bake at 10%': { activity: 'collectMetrics', nth: 2 },
};

function statusOf({ rollouts }: ContractLab, service: string): Promise<RolloutStatus> {
  return rollouts.status(service).then((answer) => {
    if (answer.kind === 'brief') throw new Error(answer.why);
    return answer.status;
  });
}

async function untilPhase(lab: ContractLab, service: string, phase: string): Promise<RolloutStatus> {
  return vi.waitFor(async () => {
    const status = await statusOf(lab, service);
    expect(status.phase).toBe(phase);
    return status;
  }, 60_000);
}

/** Resets the latest run, and waits until the target hears from the one that goes on. */
async function resetAndGoOn(
  lab: ContractLab,
  service: string,
  target: ContractTarget,
  point: Point,
): Promise<void> {
  const before = epochsOf(target);
  await reset(lab.client, service, point);
  await vi.waitFor(() => expect(epochsOf(target)).toBe(before + 1), { timeout: 60_000, interval: 50 });
}

/** Resets the latest run to the workflow task that ordered this activity. */
async function reset(client: Client, service: string, { activity, nth }: Point): Promise<void> {
  const handle = client.workflow.getHandle(`rollout/${service}`);
  const { events } = await handle.fetchHistory();
  const ordered = events?.filter(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === activity,
  );
  const workflowTaskFinishEventId = ordered?.at(nth < 0 ? nth : nth - 1)?.activityTaskScheduledEventAttributes
    ?.workflowTaskCompletedEventId;
  if (!workflowTaskFinishEventId) throw new Error(`no ${String(nth)}. ${activity} in the history`);
  const { runId } = await handle.describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: `rollout/${service}`, runId },
    reason: 'a test',
    workflowTaskFinishEventId,
    requestId: randomUUID(),
  });
}

/** The status may lag behind a shift under way; it never goes on saying less than the canary gets. */
async function expectHonest(
  lab: ContractLab,
  service: string,
  target: ContractTarget,
  until: () => boolean,
): Promise<void> {
  let lying = 0;
  while (!until()) {
    const before = target.split().weight;
    const answer = await lab.rollouts.status(service);
    if (answer.kind === 'brief') continue;
    const { weight } = answer.status;
    const says = `the status says ${String(weight)}%, the canary gets ${String(before)}%`;
    lying = weight < before && target.split().weight === before ? lying + 1 : 0;
    expect(lying, says).toBeLessThan(10);
    await delay(50);
  }
}

function fencesOf(target: ContractTarget): Fence[] {
  return target.arrived
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (body as { fence: Fence }).fence);
}

function epochsOf(target: ContractTarget): number {
  return new Set(fencesOf(target).map(({ epoch }) => epoch)).size;
}

async function whole(
  lab: ContractLab,
  service: string,
  target: ContractTarget,
  ends: string,
  verified = true,
): Promise<void> {
  let over = false;
  const watched = expectHonest(lab, service, target, () => over);
  const result: unknown = await lab.client.workflow.getHandle(`rollout/${service}`).result();
  over = true;
  await watched;
  expect(result).toMatchObject({ outcome: ends, verified });
  expect(target.split()).toMatchObject({ weight: 0, audience: null });
  expect(target.running('canary')).toEqual([]);
  expect(target.running('stable')).toEqual([ends === 'promoted' ? 'v2' : 'v1']);
}

test.each(Object.entries(points))(
  'a rollout that is reset to %s goes on from there',
  async (_name, point) => {
    const lab = await openContractLab({});
    const service = 'reset';
    const target = await lab.start(service, steps);
    await untilPhase(lab, service, 'waiting');
    const epochs = epochsOf(target);
    let back = false;
    const watched = expectHonest(lab, service, target, () => back);
    await resetAndGoOn(lab, service, target, point);
    const { weight } = await untilPhase(lab, service, 'waiting');
    back = true;
    await watched;
    expect(weight).toBe(30);
    expect(target.split()).toMatchObject({ weight: 30 });
    expect(epochsOf(target)).toBe(epochs + 1);

    await lab.rollouts.approve(service);
    await whole(lab, service, target, 'promoted');
  },
);

test.each(['its first workflow task', 'the shift to 20%'])(
  'a rollout that is reset to %s is aborted at once',
  { timeout: 240_000 },
  async (name) => {
    const lab = await openContractLab({});
    const service = 'reset';
    const target = await lab.start(service, steps);
    await untilPhase(lab, service, 'waiting');
    await reset(lab.client, service, points[name] as Point);
    await lab.client.workflow.getHandle(`rollout/${service}`).signal('abort');
    await vi.waitFor(() => expect(target.split()).toMatchObject({ weight: 0 }), 10_000);
    // Before preflight it knows neither what stable was nor that the target refuses a late attempt, which it waits for.
    await whole(lab, service, target, 'aborted', name !== 'its first workflow task');
  },
);

test('a rollout that is reset twice, the second time over the first reset, goes on', async () => {
  const lab = await openContractLab({});
  const target = await lab.start('twice', steps);
  for (const point of [
    { activity: 'shiftTraffic', nth: 2 },
    { activity: 'collectMetrics', nth: -1 },
  ]) {
    await untilPhase(lab, 'twice', 'waiting');
    await resetAndGoOn(lab, 'twice', target, point);
  }
  await untilPhase(lab, 'twice', 'waiting');
  expect(epochsOf(target)).toBe(3);
  // Another worker replays all of it.
  await lab.killWorker();
  await lab.startWorker();
  await lab.rollouts.approve('twice');
  await whole(lab, 'twice', target, 'promoted');
});

test('a rollout that is reset at a gate, while it is taken back, or after it was, ends taken back', async () => {
  const lab = await openContractLab({});
  const target = await lab.start('gate', steps);
  await untilPhase(lab, 'gate', 'waiting');
  await resetAndGoOn(lab, 'gate', target, { activity: 'judge', nth: -1 });
  await untilPhase(lab, 'gate', 'waiting');
  await lab.rollouts.abort('gate');
  await whole(lab, 'gate', target, 'aborted');
  await reset(lab.client, 'gate', { activity: 'remove', nth: -1 });
  await whole(lab, 'gate', target, 'aborted');
});

test('a rollout that is reset to a step after it was promoted halts and says what stable runs', async () => {
  const lab = await openContractLab({});
  const target = await lab.start('promoted', steps.slice(0, 2));
  await whole(lab, 'promoted', target, 'promoted');
  await reset(lab.client, 'promoted', { activity: 'shiftTraffic', nth: 2 });
  const { doing } = await untilPhase(lab, 'promoted', 'halted');
  expect(doing).toContain('stable runs v2');
  await lab.rollouts.promote('promoted');
  await whole(lab, 'promoted', target, 'promoted');
});

test('a continued run that is reset goes on', async () => {
  const lab = await openContractLab({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'] });
  const target = await lab.start('continued', steps);
  await untilPhase(lab, 'continued', 'waiting');
  const handle = lab.client.workflow.getHandle('rollout/continued');
  const { events } = await handle.fetchHistory();
  expect(events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
  await resetAndGoOn(lab, 'continued', target, { activity: 'completeSpec', nth: 1 });
  await untilPhase(lab, 'continued', 'waiting');
  expect(epochsOf(target)).toBe(2);
  await lab.rollouts.approve('continued');
  await whole(lab, 'continued', target, 'promoted');
});
