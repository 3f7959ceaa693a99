import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { rolloutId } from '../domain/surface.ts';
import { briefOf } from './brief.ts';
import { endingOf } from './ending.ts';
import { isUnreachable } from './errors.ts';
import { latestRun, lookAt, type Answer, type RolloutWorkflow } from './look.ts';
import { soon } from './soon.ts';

/** What a watcher sees: where the rollout stands, or that the server cannot be asked at the moment. */
export type Sight = Answer | { kind: 'unreachable'; why: string };

const interval = 1_000;
const longestInterval = 10_000;

/** How long a server may be away, in ms, before a watcher gives up. */
const patience = 300_000;

/**
 * Looks at one rollout about once a second until it has ended; the last answer carries its ending. Looks less
 * often while no worker or no server answers. Keeps to the rollout that it began with, over all its runs, even
 * if a later one of the same service has begun.
 *
 * Throws NotRunning if there has never been one, and the server's error once it has been away for five minutes.
 *
 * @param firstRunId the first run of the rollout that is meant; the latest rollout without one
 */
export async function* watch(client: Client, service: string, firstRunId?: string): AsyncGenerator<Sight> {
  let run = await latestRun(client, service);
  const chain = firstRunId ?? firstRunOf(run);
  let pause = interval;
  let lastSeen = Date.now();
  for (;;) {
    try {
      const latest = await latestRun(client, service);
      if (firstRunOf(latest) !== chain) {
        yield await overtaken(client, service, run, chain);
        return;
      }
      run = latest;
      const answer = await lookAt(client, run);
      yield answer;
      if (answer.ending !== null) return;
      lastSeen = Date.now();
      pause = answer.kind === 'full' ? interval : Math.min(2 * pause, longestInterval);
    } catch (error) {
      if (!isUnreachable(error) || Date.now() - lastSeen > patience) throw error;
      yield { kind: 'unreachable', why: error instanceof Error ? error.message : String(error) };
      pause = Math.min(2 * pause, longestInterval);
    }
    await sleep(pause);
  }
}

/** The rollout has ended and another one of its service has begun since the last look. */
async function overtaken(
  client: Client,
  service: string,
  run: WorkflowExecutionDescription,
  firstExecutionRunId: string,
): Promise<Answer> {
  const handle = client.workflow.getHandle<RolloutWorkflow>(rolloutId(service), undefined, {
    firstExecutionRunId,
  });
  const ending = await soon(client, () => endingOf(() => handle.result()));
  return { kind: 'brief', brief: briefOf(run), why: 'a later rollout has begun', ending };
}

/** The first run of a rollout, by which it is told from every other. */
export function firstRunOf(run: WorkflowExecutionDescription): string {
  return run.raw.workflowExecutionInfo?.firstRunId || run.runId;
}
