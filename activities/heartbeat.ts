import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';

/**
 * Runs `work` while the server is told each second that this attempt lives, with the newest details; so a dead
 * worker is noticed within the heartbeat timeout, and a cancel reaches the attempt soon.
 */
export async function whileBeating<T>(work: () => Promise<T>, details?: () => unknown): Promise<T> {
  const context = Context.current();
  const beat = (): void => {
    context.heartbeat(details?.());
  };
  // Each request under way listens, and there are several at once for each metric.
  setMaxListeners(0, context.cancellationSignal);
  beat();
  const timer = setInterval(beat, 1000);
  try {
    return await work();
  } catch (reason) {
    // The next attempt goes on from the last of them.
    if (details !== undefined) beat();
    throw reason;
  } finally {
    clearInterval(timer);
  }
}
