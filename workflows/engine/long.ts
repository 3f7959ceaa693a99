import { condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { mayStillAct } from '../place/late.ts';
import { timesOf } from '../place/place.ts';
import { now, type Carried, type Rollout } from '../state.ts';
import { carriedOn } from './carry.ts';

/** Messages of one run: the server takes 2,000 updates and 10,000 signals, and none beyond, not even an abort. */
const mostMessages = 500;

/** Bytes of one run's history: the server ends a workflow at 50 MiB, and a message has up to 2. */
const mostBytes = 8 * 1024 * 1024;

/**
 * Whether so much has been said to this run that it may reach a limit of the server while it waits: it must not wait for
 * the end of what is under way.
 */
export function isCrowded({ said }: Rollout): boolean {
  return said.count >= mostMessages || workflowInfo().historySize >= mostBytes;
}

/** Whether as much again has been said: not even the end of an effect that takes the canary back is waited for then. */
export function isFull({ said }: Rollout): boolean {
  return said.count >= 2 * mostMessages || workflowInfo().historySize >= 2 * mostBytes;
}

/**
 * Does work that begins again in a new run where this one is full before it is over. Nothing is cancelled: an effect under
 * way may still act, as one without an answer.
 */
export async function unlessFull<T>(rollout: Rollout, work: () => Promise<T>): Promise<T> {
  const { place } = rollout.state;
  const seen = { over: false };
  const end = (): void => {
    seen.over = true;
  };
  const working = work();
  working.then(end, end);
  await condition(() => seen.over || isFull(rollout));
  if (seen.over) return working;
  const { ready, settle } = timesOf(place);
  mayStillAct(place, now(), Math.max(ready, settle));
  return continueRollout(rollout);
}

/** Goes on as a new run where the history has grown long; nothing runs beside it at this point. */
export async function continueIfLong(rollout: Rollout): Promise<void> {
  if (workflowInfo().continueAsNewSuggested || isCrowded(rollout)) await continueRollout(rollout);
}

/** Goes on as a new run, which begins where the state stands. */
export function continueRollout(rollout: Rollout): Promise<never> {
  return continueAsNew<(spec: RolloutSpec, carried: Carried) => Promise<unknown>>(
    rollout.spec,
    carriedOn(rollout),
  );
}
