/** One request to the API server of a cluster, with the credentials of the worker. */
import { ApplicationFailure } from '@temporalio/common';
import { request, type Dispatcher } from 'undici';
import { mebibyte } from '../answer-limits.ts';
import { accessTo, forgetAccess } from './access.ts';

/** Written to `managedFields` of whatever Coalmine changes. */
export const fieldManager = 'coalmine';

/** Of an answer: some hundreds of pods. */
const most = 16 * mebibyte;

export interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  /** Of the body; JSON where absent. */
  contentType?: string;
  /** Another user to act as. */
  as?: string | null;
}

export interface Answer {
  status: number;
  text: string;
}

/** The kubeconfig, or a command in it, gives no credentials: its message says why. */
export class NoCredentials extends Error {}

/**
 * Asks once more where credentials were refused that may have been renewed since.
 *
 * @param context of the worker's kubeconfig; empty: its current one, or the cluster that the worker runs in
 * @param ends rejects with its reason when it is aborted
 * @throws NoCredentials, TooLarge, a non-retryable failure where there is no such context, and what Node says of a connection
 */
export async function sendTo(
  context: string,
  asked: Asked,
  ends: AbortSignal,
  again = true,
): Promise<Answer> {
  const { method, path, query = {}, body, contentType = 'application/json', as = null } = asked;
  const { server, credentials } = await accessTo(context);
  const { headers, dispatcher } = await unlessEnded(credentials(), ends).catch((error: unknown) => {
    ends.throwIfAborted();
    if (error instanceof ApplicationFailure) throw error;
    throw new NoCredentials(error instanceof Error ? error.message : String(error), { cause: error });
  });
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  // undici notices a signal only once it is connected; then nothing has been sent yet.
  const answer = await unlessEnded(
    request(url, {
      dispatcher,
      method,
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': fieldManager,
        ...(as !== null && { 'impersonate-user': as }),
        ...(body !== undefined && { 'content-type': contentType }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: ends,
    }),
    ends,
  );
  const text = await readUp(answer);
  if (answer.statusCode === 401 && again) {
    // A token that was renewed where the worker reads it.
    forgetAccess(context);
    return sendTo(context, asked, ends, false);
  }
  return { status: answer.statusCode, text };
}

/** An answer that is not read to its end. */
export class TooLarge extends Error {}

async function readUp({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > most) throw new TooLarge('answered with more than 16 MiB');
  }
  return Buffer.concat(chunks).toString();
}

/** An exec plugin ends when it likes. */
async function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
