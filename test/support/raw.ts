/** Payloads as any client may send them, past every converter: what a rollout is started with and told. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** A payload of this encoding; without one where it is null. */
export function payload(encoding: string | null, data: string | Uint8Array): Payload {
  return {
    metadata: encoding === null ? {} : { encoding: Buffer.from(encoding) },
    data: typeof data === 'string' ? Buffer.from(data) : data,
  };
}

export function json(value: unknown): Payload {
  return payload('json/plain', JSON.stringify(value));
}

/** Signals a workflow with these payloads as they are. */
export async function signalRaw(
  client: Client,
  workflowId: string,
  signalName: string,
  ...payloads: Payload[]
): Promise<void> {
  await client.workflowService.signalWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    signalName,
    input: { payloads },
    requestId: randomUUID(),
  });
}

/** Starts `rollout` under this id with these payloads as they are. */
export async function startRaw(client: Client, workflowId: string, ...payloads: Payload[]): Promise<void> {
  await client.workflowService.startWorkflowExecution({
    namespace: client.options.namespace,
    workflowId,
    workflowType: { name: 'rollout' },
    taskQueue: { name: 'coalmine' },
    input: { payloads },
    requestId: randomUUID(),
  });
}
