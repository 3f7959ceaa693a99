/** One batch: messages, specs and answers at a time, and the rollouts that they meet. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import fc from 'fast-check';
import { startContractTarget, type ContractTarget, type Fault } from '../support/contract-target.ts';
import { json, signalRaw, startRaw } from '../support/raw.ts';
import { answers } from './answers.ts';
import { messages, type Sent } from './messages.ts';
import { hostileStarts, soundSpecs, type StartFor } from './specs.ts';

/** How many inputs of each kind there were. */
export type Counts = Record<'messages' | 'sound specs' | 'hostile specs' | 'twisted answers', number>;

const messagesABatch = 600;
const messagesASecond = 60;
const specsABatch = 12;

/** All inputs of a batch. */
export interface Batch {
  messages: Sent[];
  starts: StartFor[];
  answers: (Fault | null)[];
}

/** The same seed makes the same batch. It takes a second of the processor. */
export function makeBatch(seed: number): Batch {
  const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
    fc.sample(arbitrary, { seed, numRuns });
  const sound = sample(soundSpecs, specsABatch).map((spec): StartFor => (service, url) => [
    json(spec(service, url)),
  ]);
  return {
    messages: sample(messages, messagesABatch),
    starts: [...sound, ...sample(hostileStarts, specsABatch)],
    answers: sample(answers, 400),
  };
}

/**
 * Throws all of it, and comes back when it is thrown; `victims` get the messages. Ends every rollout that it started, and
 * throws if one has a workflow task that fails again and again.
 *
 * @param name what the services that it starts are named after
 */
export async function throwBatch(
  client: Client,
  batch: Batch,
  name: string,
  victims: string[],
): Promise<Counts> {
  let asked = 0;
  let twisted = 0;
  const nextAnswer = (): Fault | null => {
    const answer = batch.answers[asked++ % batch.answers.length] ?? null;
    if (answer !== null) twisted += 1;
    return answer;
  };
  const targets: ContractTarget[] = [];
  const started: string[] = [];
  const start = async (payloadsFor: StartFor, number: number): Promise<void> => {
    const target = await startContractTarget('v1');
    targets.push(target);
    target.befall(nextAnswer);
    const service = `${name}-${String(number)}`;
    const payloads = payloadsFor(service, target.url);
    if (await taken(startRaw(client, `rollout/${service}`, ...payloads))) started.push(service);
  };
  try {
    await Promise.all([
      evenly(batch.starts, (specsABatch * 2) / 5, start),
      evenly(batch.messages, messagesASecond, (message, number) =>
        say(client, victims[number % victims.length] ?? '', message),
      ),
    ]);
    await expectNoFailingTask(client, [...started, ...victims]);
  } finally {
    for (const service of started) await taken(client.workflow.getHandle(`rollout/${service}`).terminate());
    for (const target of targets) await target.close();
  }
  return {
    messages: messagesABatch,
    'sound specs': specsABatch,
    'hostile specs': specsABatch,
    'twisted answers': twisted,
  };
}

/** So many a second, whether the earlier ones are answered or not. */
async function evenly<T>(
  items: T[],
  perSecond: number,
  act: (item: T, number: number) => Promise<unknown>,
): Promise<void> {
  const acting: Promise<unknown>[] = [];
  for (const [number, item] of items.entries()) {
    acting.push(act(item, number));
    await delay(1_000 / perSecond);
  }
  await Promise.all(acting);
}

/** Whether the server took it: it refuses by itself much of what nobody should send. */
async function taken(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    const isRefused =
      isGrpcServiceError(error) || (error instanceof Error && error.name.startsWith('Workflow'));
    if (!isRefused) throw error;
    return false;
  }
}

type UpdateRequest = Parameters<Client['workflowService']['updateWorkflowExecution']>[0];

/** `UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED` of Temporal's API. */
const acceptedStage = 2;

function say(client: Client, service: string, { kind, name, payloads }: Sent): Promise<boolean> {
  const workflowId = `rollout/${service}`;
  const { namespace } = client.options;
  const workflowExecution = { workflowId };
  switch (kind) {
    case 'signal':
      return taken(signalRaw(client, workflowId, name, ...payloads));
    case 'query':
      return taken(
        client.workflowService.queryWorkflow({
          namespace,
          execution: workflowExecution,
          query: { queryType: name, queryArgs: { payloads } },
        }),
      );
    case 'update': {
      const request: UpdateRequest = {
        namespace,
        workflowExecution,
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- no package of ours has the enum
        waitPolicy: { lifecycleStage: acceptedStage },
        request: { meta: { updateId: randomUUID() }, input: { name, args: { payloads } } },
      };
      return taken(client.workflowService.updateWorkflowExecution(request));
    }
  }
}

async function expectNoFailingTask(client: Client, services: string[]): Promise<void> {
  for (const service of services) {
    const { raw } = await client.workflow.getHandle(`rollout/${service}`).describe();
    const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
    if (attempt > 2)
      throw new Error(
        `rollout/${service}: its workflow task is at attempt ${String(attempt)}, expected 1; see why in its history`,
      );
  }
}
