import { isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import { UnreachableError } from '../temporal/reachable.ts';
import type { Brief } from './brief.ts';
import { shellWord } from '../text/shell-word.ts';
import { endingText, type Ending } from './ending.ts';
import { pauseText, unpauseCommand } from './temporal-pause.ts';

/** A rollout of the service is already running; a second one is refused. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
  readonly running: Brief;

  constructor(running: Brief) {
    const { rollout, service, version, phase, pausedInTemporal, started } = running;
    const stand =
      pausedInTemporal === null ? (phase ?? 'not yet taken up by a worker') : pauseText(pausedInTemporal);
    const unpause =
      pausedInTemporal === null
        ? ''
        : `Nothing happens to it, not even an abort, until it is unpaused: "${unpauseCommand(rollout)}". `;
    super(
      `A rollout of ${service} is already running: ${version ?? 'unknown version'}, ${stand}, since ${started}. ${unpause}` +
        `Watch it with "coalmine watch ${shellWord(service)}", or take it back first with "coalmine abort ${shellWord(service)}".`,
    );
    this.running = running;
  }
}

/** The message or question is for a rollout that runs, and none does. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning';
  readonly service: string;
  /** The last rollout of the service; null if the server knows of none. */
  readonly last: { brief: Brief; ending: Ending } | null;

  constructor(service: string, last: { brief: Brief; ending: Ending } | null) {
    super(
      last === null
        ? `There is no rollout of ${service} on this server. Start one with "coalmine start FILE", ` +
            'or see what there is with "coalmine list --all".'
        : `No rollout of ${service} is running. The last one, ${last.brief.version ?? 'of unknown version'}, ` +
            `ended ${last.brief.ended ?? 'lately'} as ${endingText(last.ending)}. ` +
            `See it with "coalmine status ${shellWord(service)}", or start another with "coalmine start FILE".`,
    );
    this.service = service;
    this.last = last;
  }
}

/** The rollout ended without a result: refused, abandoned, terminated. */
export class RolloutFailed extends Error {
  override readonly name = 'RolloutFailed';
  readonly ending: Exclude<Ending, { how: 'completed' }>;

  constructor(rollout: string, ending: Exclude<Ending, { how: 'completed' }>) {
    super(`${rollout} ${endingText(ending)}`);
    this.ending = ending;
  }
}

/** Whether the server itself could not be reached, or did not answer in time. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof UnreachableError || isUnavailable(error) || isGrpcDeadlineError(error);
}

const unavailable = 14;

/** Whether there was no connection to the server. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (isGrpcServiceError(error) && (error.code as number) === unavailable) || isUnavailable(error.cause);
}
