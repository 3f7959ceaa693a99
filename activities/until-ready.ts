import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Clock } from './adapters.ts';
import { overdue } from './failures.ts';
import type { Call } from './ports.ts';

const between = 1000;
/** An attempt that begins this much after the effect's time was thought dead (ms). */
const late = 5000;

/**
 * Refuses to begin an effect whose time is over: an attempt that was thought dead may wake up at any time, and by
 * then the rollout counts on its being over.
 *
 * @param within milliseconds, from when the effect was ordered
 * @throws a non-retryable `NotReady` failure
 */
export async function stillInTime(clock: Clock, within: number, wanted: string): Promise<void> {
  if ((await clock.now()) > activityInfo().scheduledTimestampMs + within + late)
    throw overdue(wanted, within, 'an attempt that comes too late');
}

/**
 * Asks until the answer is the one wanted, each second, and gives it. The time is counted from when the effect
 * was ordered, over all attempts.
 *
 * @param within milliseconds
 * @throws a non-retryable `NotReady` failure that says what was wanted and what was seen last
 */
export async function untilReady<T>(
  clock: Clock,
  within: number,
  wanted: string,
  ask: (call: Call) => Promise<T>,
  ready: (answer: T) => boolean,
): Promise<T> {
  const call = { signal: cancellationSignal() };
  const deadline = activityInfo().scheduledTimestampMs + within;
  for (;;) {
    const answer = await ask(call);
    if (ready(answer)) return answer;
    if ((await clock.now()) + between > deadline) throw overdue(wanted, within, answer);
    await clock.sleep(between);
  }
}
