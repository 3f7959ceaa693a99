import { createHash, randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { signals, type Message, type Receipt, type Verb } from '../../workflows/messages.ts';
import { longestKept } from '../domain/kept-text.ts';
import { rolloutId } from '../domain/surface.ts';
import { briefOf } from './brief.ts';
import { NotRunning } from './errors.ts';
import { answerWithin, endOf, latestRun, soon } from './look.ts';
import { pauseText, unpauseCommand, type TemporalPause } from './temporal-pause.ts';

/** What became of a message. */
export interface Reply {
  /** The message's id: the same verb with the same id does nothing more. */
  id: string;
  /** Null: accepted and kept by the server, not handled yet; `text` says why. */
  handled: boolean | null;
  /** The rollout is paused in Temporal: nothing happens, not even an abort, until somebody unpauses it there. */
  pausedInTemporal: boolean;
  /** One sentence. */
  text: string;
}

/**
 * Says one thing to the rollout of a service. It goes as an update, which answers; where no worker answers in
 * time, it goes as a signal with the same id, which the server keeps. The rollout handles a verb with an id once, so that
 * it does no harm if both arrive.
 *
 * Throws NotRunning, saying how the last rollout ended, and RangeError for an id of more than 500 characters.
 */
export async function send(client: Client, service: string, verb: Verb, message: Message): Promise<Reply> {
  const said = { ...message, id: message.id ?? randomUUID() };
  if (said.id.length > longestKept)
    throw new RangeError(
      `The id of a message has at most ${longestKept} characters, this one has ${said.id.length}: send a shorter one.`,
    );
  try {
    const receipt = await update(client, service, verb, said);
    if (receipt !== null) return { id: said.id, ...receipt, pausedInTemporal: false };
    await soon(client, () => client.workflow.getHandle(rolloutId(service)).signal(signals[verb], said));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw await notRunning(client, service);
    throw error;
  }
  const pause = await pausedInTemporal(client, service);
  if (pause !== null) {
    const text =
      `Temporal keeps the message, but the rollout is ${pauseText(pause)}. ` +
      `The ${verb} waits until you run: ${unpauseCommand(rolloutId(service))}`;
    return { id: said.id, handled: null, pausedInTemporal: true, text };
  }
  const text =
    'Accepted, no worker is running. The rollout acts on it as soon as one does: start it with "coalmine worker".';
  return { id: said.id, handled: null, pausedInTemporal: false, text };
}

/** Null where no answer came: whatever the reason, a signal may still get through, and says more if it does not. */
async function update(
  client: Client,
  service: string,
  verb: Verb,
  message: Message & { id: string },
): Promise<Receipt | null> {
  const handle = client.workflow.getHandle(rolloutId(service));
  try {
    return await soon(
      client,
      () =>
        handle.executeUpdate<Receipt, [Message]>(verb, {
          args: [message],
          updateId: updateIdOf(verb, message.id),
        }),
      answerWithin,
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) throw error;
    return null;
  }
}

/** Null where it is not paused, or the server does not say so: the message is accepted in any case. */
async function pausedInTemporal(client: Client, service: string): Promise<TemporalPause | null> {
  try {
    return briefOf(await latestRun(client, service)).pausedInTemporal;
  } catch {
    return null;
  }
}

async function notRunning(client: Client, service: string): Promise<NotRunning> {
  const run = await latestRun(client, service);
  return new NotRunning(service, { brief: briefOf(run), ending: await endOf(client, run) });
}

/** The server refuses an id of more than 1,000 bytes. */
const longestUpdateId = 1_000;

/** The server answers a known update id with the earlier answer, whatever the verb: each verb needs its own. */
function updateIdOf(verb: Verb, id: string): string {
  const updateId = `${verb} ${id}`;
  return Buffer.byteLength(updateId) <= longestUpdateId
    ? updateId
    : `${verb} ${createHash('sha256').update(id).digest('hex')}`;
}
