import { createHash, randomUUID } from 'node:crypto';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { longestId, signals, type Message, type Receipt, type Verb } from '../../workflows/messages.ts';
import { keptText } from '../text/kept-text.ts';
import { beginning } from '../text/bytes.ts';
import { longestKept } from '../text/kept-text.ts';
import { rolloutId } from '../domain/surface.ts';
import { shellWord } from '../text/shell-word.ts';
import { UndecryptableError } from '../payloads/codec.ts';
import { accepted } from './accepted.ts';
import { briefOf } from './brief.ts';
import { NotRunning } from './errors.ts';
import { endOf, latestRun } from './look.ts';
import type { Reply } from './reply.ts';
import { answerWithin, soon } from './soon.ts';

type Sent = Message & { id: string };

/**
 * Says one thing to the rollout of a service. It goes as an update, which answers; where no answer comes in
 * time, it goes as a signal with the same id, which the server keeps. The rollout handles a verb with an id once, so that
 * it does no harm if both arrive. An abort that the server takes in neither way goes as Temporal's cancel.
 *
 * Throws NotRunning, saying how the last rollout ended, and RangeError for an id of more than 500 characters.
 *
 * @param runId the run that is meant, where no other may hear it: once that has ended nothing is said; by default the latest
 */
export async function send(
  client: Client,
  service: string,
  verb: Verb,
  message: Message,
  runId?: string,
): Promise<Reply> {
  const said = shortened({ ...message, id: message.id ?? randomUUID() });
  const handle = client.workflow.getHandle(rolloutId(service), runId);
  try {
    const answer = await update(client, handle, verb, said);
    if ('receipt' in answer) return { id: said.id, ...answer.receipt, pausedInTemporal: false };
    if ('unreadable' in answer)
      return { id: said.id, handled: null, pausedInTemporal: false, text: answer.unreadable };
    try {
      await soon(client, () => handle.signal(signals[verb], said));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      if (verb === 'abort') await soon(client, () => handle.cancel());
      return { id: said.id, pausedInTemporal: false, ...refused(service, verb, refusal) };
    }
    return { id: said.id, handled: null, ...(await accepted(client, service, verb, answer.refusal)) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw await notRunning(client, service);
    throw error;
  }
}

/** A cut that the rollout, which keeps as much, does not cut again: this is how much less (bytes). */
const cutMark = 40;

/** The server refuses large messages; the rollout would cut these texts in any case. */
function shortened(message: Sent): Sent {
  if (message.id.length > longestId)
    throw new RangeError(
      `The id of a message has at most ${longestId} characters, this one has ${message.id.length}: send a shorter one.`,
    );
  const texts = Object.entries(message).map(([name, value]: [string, unknown]) => {
    const isLong = name !== 'id' && typeof value === 'string' && beginning(value, longestKept) !== value;
    return [name, isLong ? keptText(value, longestKept - cutMark) : value];
  });
  return Object.fromEntries(texts) as Sent;
}

/** The answer, or that it cannot be read here; where none came, why the server took no update, null if only none came in time. */
async function update(
  client: Client,
  handle: WorkflowHandle,
  verb: Verb,
  message: Sent,
): Promise<{ receipt: Receipt } | { unreadable: string } | { refusal: string | null }> {
  const options = { args: [message] as [Message], updateId: updateIdOf(verb, message.id) };
  try {
    const call = (): Promise<Receipt> => handle.executeUpdate<Receipt, [Message]>(verb, options);
    return { receipt: await soon(client, call, answerWithin) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw error;
    if (error instanceof UndecryptableError)
      return { unreadable: `the rollout has answered. ${error.message}` };
    // Whatever the reason, a signal may still get through, and says more if it does not.
    return { refusal: refusalOf(error) };
  }
}

const refusing: readonly number[] = [3, 8, 9];

/** What the server says where it refuses a message: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, FAILED_PRECONDITION; else null. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { cause } = error;
  return isGrpcServiceError(cause) && refusing.includes(cause.code)
    ? keptText(cause.details.split('. ')[0] ?? '', longestRefusal)
    : null;
}

/** The most that is shown of what the server says, in bytes as JSON. */
const longestRefusal = 200;

/** The server takes neither update nor signal. */
function refused(service: string, verb: Verb, refusal: string): Pick<Reply, 'handled' | 'text'> {
  const why = `Temporal takes no more messages for this rollout (${refusal})`;
  if (verb === 'abort')
    return { handled: null, text: `${why}. It was cancelled instead, which takes the canary back, too.` };
  const cancel = `temporal workflow cancel --workflow-id ${shellWord(rolloutId(service))}`;
  return { handled: false, text: `${why}. To take the canary back: ${cancel}` };
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
