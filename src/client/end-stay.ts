import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { completeSpec } from '../spec/parse.ts';
import type { Phase } from '../domain/rollout.ts';
import type { RolloutSpec } from '../spec/schema.ts';
import { briefOf, type Brief } from './brief.ts';
import { AlreadyRunning, NotRunning } from './errors.ts';
import { latestRun } from './look.ts';
import { send } from './send.ts';
import { firstRunOf } from './watch.ts';

const interval = 500;

const waiting: readonly Phase[] = ['paused', 'holding', 'stuck', 'halted'];

/**
 * Makes way for the rollout of a spec where the running one of the same service only keeps stable still (`promote: swap`):
 * says promote to it, and waits for its end. Nothing is said to a rollout that does anything else, is paused or without a
 * signal, or is of the same version.
 *
 * Throws SpecError, before anything is said, where the spec would be refused, and AlreadyRunning where the running one needs
 * a person before it can end.
 *
 * @param onWait is told which rollout is waited for
 * @returns whether it has ended
 */
export async function endStay(
  client: Client,
  run: WorkflowExecutionDescription,
  spec: RolloutSpec,
  onWait: (running: Brief) => void,
): Promise<boolean> {
  const { phase, running, version, service } = briefOf(run);
  if (!running) return true;
  if (phase !== 'keeping' || version === spec.version) return false;
  completeSpec(spec);
  if (!(await saysPromote(client, service, spec.version, run.runId)))
    return !briefOf(await latestRun(client, service)).running;
  onWait(briefOf(run));
  for (;;) {
    const latest = await latestRun(client, service);
    const brief = briefOf(latest);
    if (firstRunOf(latest) !== firstRunOf(run) || !brief.running) return true;
    if (needsAPerson(brief)) throw new AlreadyRunning(brief);
    await sleep(interval);
  }
}

function needsAPerson({ phase, pausedInTemporal }: Brief): boolean {
  return pausedInTemporal !== null || (phase !== null && waiting.includes(phase));
}

/** To that run alone: another rollout that has begun meanwhile would skip its steps. Says whether it is on its way to its end. */
async function saysPromote(
  client: Client,
  service: string,
  version: string,
  runId: string,
): Promise<boolean> {
  try {
    const reason = `a rollout of ${version} is to begin`;
    return (await send(client, service, 'promote', { reason }, runId)).handled !== false;
  } catch (error) {
    if (error instanceof NotRunning) return false;
    throw error;
  }
}
