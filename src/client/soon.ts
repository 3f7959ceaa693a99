import type { Client } from '@temporalio/client';

/** How long a worker may take to answer, in ms, before the server is asked why none does. */
export const answerWithin = 3_000;

/** How long the server may take for what it knows itself, in ms. */
const serverWithin = 10_000;

/** One call to the server, bounded in time. */
export function soon<T>(client: Client, call: () => Promise<T>, within = serverWithin): Promise<T> {
  return client.withDeadline(Date.now() + within, call);
}
