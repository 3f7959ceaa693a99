/** What a recorded rollout is told, and what people do to it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Outcome, Phase } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { signals, statusQuery, type Message, type Receipt, type Verb } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/rollout.ts';
import type { World } from '../support/world.ts';

/** The latest run of a rollout. */
export type Handle = WorkflowHandle<typeof rollout>;

type Events = NonNullable<Awaited<ReturnType<Handle['fetchHistory']>>['events']>;
type EventId = NonNullable<Events[number]['eventId']>;

export interface Story {
  /** What differs from a small rollout of two steps. */
  spec: Partial<RolloutSpec>;
  world?: (world: World) => void;
  /** What people do. */
  act?: (handle: Handle, world: World, client: Client) => Promise<void>;
  /** The outcome, or the type of the failure. A recording that ends differently is not kept. */
  ends: Outcome | 'Abandoned' | 'SpecRefused';
  /** Into how many runs the rollout is cut, each with a history of its own. Default: 1. */
  runs?: number;
}

export async function until(handle: Handle, wanted: (status: RolloutStatus) => boolean): Promise<void> {
  while (!wanted(await handle.query(statusQuery))) await delay(50);
}

export function phase(handle: Handle, name: Phase): Promise<void> {
  return until(handle, (status) => status.phase === name);
}

/** Says it by an update instead of a signal. */
export function update(handle: Handle, verb: Verb): Promise<Receipt> {
  return handle.executeUpdate<Receipt, [Message]>(verb, { args: [{ by: 'ann' }] });
}

/** Sends messages that change nothing. */
export async function flood(handle: Handle, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20)
    await Promise.all(Array.from({ length: 20 }, () => handle.signal(signals.reject, { gate: 99 })));
}

/** Sends so many messages to a waiting rollout that it continues as a new run. */
export async function crowd(handle: Handle): Promise<void> {
  const { runId } = await handle.describe();
  await flood(handle, 520);
  while ((await handle.describe()).runId === runId) await delay(50);
}

/** The event that ends the first workflow task of the latest run (the Web UI resets to it), or its last one so far. */
export async function workflowTask(handle: Handle, at: 'first' | 'last'): Promise<EventId> {
  const { events } = await handle.fetchHistory();
  const tasks = events?.filter(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes);
  const eventId = tasks?.at(at === 'first' ? 0 : -1)?.eventId;
  if (!eventId) throw new Error('no workflow task has ended');
  return eventId;
}

/** Resets the latest run to the end of one of its workflow tasks. What people said after that is said again. */
export async function reset(client: Client, handle: Handle, workflowTaskFinishEventId: EventId): Promise<void> {
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'recorded',
    requestId: randomUUID(),
    workflowTaskFinishEventId,
  });
}
