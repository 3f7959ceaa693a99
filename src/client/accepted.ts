import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Verb } from '../../workflows/messages.ts';
import { shellWord } from '../text/shell-word.ts';
import { rolloutId } from '../domain/surface.ts';
import { briefOf } from './brief.ts';
import { latestRun } from './look.ts';
import { obstacle, unanswered } from './obstacle.ts';
import type { Reply } from './reply.ts';
import { answerWithin } from './soon.ts';
import { pauseText, unpauseCommand } from './temporal-pause.ts';
import { duration } from '../text/duration.ts';

/**
 * Says why the server has accepted a message and nobody has answered it. What cannot be found out is left out: the message
 * is accepted in any case.
 *
 * @param refusal why the server took no update; null if only no answer came in time
 */
export async function accepted(
  client: Client,
  service: string,
  verb: Verb,
  refusal: string | null,
): Promise<Pick<Reply, 'text' | 'pausedInTemporal'>> {
  const status = `coalmine status ${shellWord(service)}`;
  const said = (text: string) => ({ pausedInTemporal: false, text });
  try {
    const run = await latestRun(client, service);
    const { running, pausedInTemporal } = briefOf(run);
    if (pausedInTemporal !== null)
      return {
        pausedInTemporal: true,
        text:
          `Temporal keeps the message, but the rollout is ${pauseText(pausedInTemporal)}. ` +
          `The ${verb} waits until you run: ${unpauseCommand(rolloutId(service))}`,
      };
    if (!running) return said(`Accepted just before the rollout ended: "${status}" shows how.`);
    return said(await waiting(client, run, refusal, status));
  } catch {
    return said(`Accepted, no answer came within ${duration(answerWithin)}. See "${status}".`);
  }
}

async function waiting(
  client: Client,
  run: WorkflowExecutionDescription,
  refusal: string | null,
  status: string,
): Promise<string> {
  const known = await obstacle(client, run);
  if (known !== null) return `Accepted, ${known}. The rollout acts on it after that.`;
  return refusal === null
    ? `Accepted, ${unanswered}. The rollout acts on it as soon as a worker has time.`
    : `Accepted without an answer, Temporal takes no more updates for now (${refusal}). "${status}" shows what it did.`;
}
