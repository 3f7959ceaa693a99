import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Clock } from './adapters.ts';
import { gaveUp, overdue, tooLate } from './failures.ts';
import { duration } from '../src/text/duration.ts';

const between = 1000;
/** An attempt that begins this much after the effect's time was thought dead (ms). */
const late = 5000;
/** What an attempt gets that begins at the end of it, to say what it finds (ms). */
const shortest = 500;

/**
 * Does `work` with a signal that cuts its requests off when the activity is cancelled, or when the effect's time is
 * over: by a `TimeoutError` then, at which a request says itself what gave no answer. Refuses to begin long after
 * that time: an attempt that was thought dead may wake up at any time, and by then the rollout counts on its being
 * over.
 *
 * @param within milliseconds, from when the effect was ordered
 * @throws a non-retryable `NotReady` failure
 */
export async function inTime<T>(
  clock: Clock,
  within: number,
  wanted: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = activityInfo().scheduledTimestampMs + within - (await clock.now());
  if (left < -late) throw tooLate(wanted, within, -left);
  const cut = new AbortController();
  const timer = setTimeout(
    () => {
      cut.abort(new DOMException(`expected ${wanted} within ${duration(within)}`, 'TimeoutError'));
    },
    Math.max(left, shortest),
  );
  try {
    return await work(AbortSignal.any([cancellationSignal(), cut.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks until the answer is the one wanted, each second, and gives it; no longer once the target has given up. The
 * time is counted from when the effect was ordered, over all attempts.
 *
 * @param within milliseconds
 * @throws a non-retryable `NotReady` failure that says what was wanted and what was seen last
 */
export async function untilReady<T>(
  clock: Clock,
  within: number,
  wanted: string,
  ask: () => Promise<T>,
  ready: (answer: T) => boolean,
  failed: (answer: T) => string | undefined,
): Promise<T> {
  const deadline = activityInfo().scheduledTimestampMs + within;
  for (;;) {
    const answer = await ask();
    if (ready(answer)) return answer;
    const why = failed(answer);
    if (why !== undefined) throw gaveUp(wanted, why);
    if ((await clock.now()) + between > deadline) throw overdue(wanted, within, answer);
    await clock.sleep(between);
  }
}
