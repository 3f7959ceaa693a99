import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import type { RolloutResult } from '../domain/rollout.ts';
import type { RolloutStatus } from '../domain/status.ts';
import { rolloutId } from '../domain/surface.ts';
import type { RolloutSpec } from '../spec/schema.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { briefOf, type Brief } from './brief.ts';
import { cutShort } from './cut-short.ts';
import { endingOf, type Ending } from './ending.ts';
import { isUnavailable, NotRunning } from './errors.ts';
import { obstacle, unanswered } from './obstacle.ts';
import { answerWithin, soon } from './soon.ts';
import { pauseText } from './temporal-pause.ts';
import { waitingLoad, type WaitingLoad } from './waiting-load.ts';

/** The workflow `rollout`, as a client calls it. */
export type RolloutWorkflow = (spec: RolloutSpec) => Promise<RolloutResult>;

/** Where a rollout stands: all of it, or, while no worker answers, what the server alone knows. */
export type Answer =
  | {
      kind: 'full';
      status: RolloutStatus;
      /** Null unless a load was ordered that sends nothing yet. */
      waiting: WaitingLoad | null;
      ending: Ending | null;
    }
  /** `why` says in a few words why there is no more, and what to do about it. */
  | { kind: 'brief'; brief: Brief; why: string; ending: Ending | null };

/** The latest run of a service's latest rollout. Throws NotRunning if the server knows of none. */
export async function latestRun(client: Client, service: string): Promise<WorkflowExecutionDescription> {
  try {
    return await soon(client, () => client.workflow.getHandle(rolloutId(service)).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new NotRunning(service, null);
    throw error;
  }
}

/**
 * Looks at one run: asks its workflow, which takes a worker, and the server alone where none answers or Temporal
 * has paused it.
 */
export async function lookAt(client: Client, run: WorkflowExecutionDescription): Promise<Answer> {
  const brief = briefOf(run);
  if (brief.pausedInTemporal !== null)
    return { kind: 'brief', brief, why: pauseText(brief.pausedInTemporal), ending: null };
  const handle = client.workflow.getHandle<RolloutWorkflow>(run.workflowId, run.runId);
  const ending = brief.running ? null : await endOf(client, run);
  try {
    const status = await soon(client, () => handle.query(statusQuery), answerWithin);
    if (ending !== null) return { kind: 'full', status: cutShort(status, ending), waiting: null, ending };
    const waiting = status.outcome === null ? await waitingLoad(client, run) : null;
    return { kind: 'full', status, waiting, ending };
  } catch (error) {
    if (isUnavailable(error)) throw error;
    if (error instanceof QueryRejectedError)
      return rejected(client, await soon(client, () => handle.describe()));
    if (error instanceof ServiceError || error instanceof QueryNotRegisteredError) {
      return { kind: 'brief', brief, why: await whyUnanswered(client, run, error), ending };
    }
    throw error;
  }
}

/** The server lets nobody ask it: it was paused after it was described, or is in a state newer than this version. */
async function rejected(client: Client, run: WorkflowExecutionDescription): Promise<Answer> {
  const brief = briefOf(run);
  const { running, state, pausedInTemporal } = brief;
  const why =
    pausedInTemporal === null
      ? `Temporal rejects questions to it, its state is ${state}`
      : pauseText(pausedInTemporal);
  return { kind: 'brief', brief, why, ending: running ? null : await endOf(client, run) };
}

/** How a run that is closed ended. */
export function endOf(client: Client, run: WorkflowExecutionDescription): Promise<Ending> {
  const handle = client.workflow.getHandle<RolloutWorkflow>(run.workflowId, run.runId);
  return soon(client, () => endingOf(() => handle.result()));
}

async function whyUnanswered(
  client: Client,
  run: WorkflowExecutionDescription,
  error: Error,
): Promise<string> {
  const known = await obstacle(client, run);
  if (known !== null) return known;
  // At the deadline the call is cut off here, or the server says so first.
  const late: boolean = isGrpcDeadlineError(error) || isGrpcCancelledError(error);
  if (late) return unanswered;
  return isGrpcServiceError(error.cause) ? error.cause.details : error.message;
}
