import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { summaryText } from '../../src/text/markdown.ts';
import { taskQueues } from '../../src/domain/surface.ts';

/** Each call names its summary: what the Web UI shows of it. */
type Proxy<Name extends keyof Activities> = Pick<Activities, Name>;

/** Questions: answered soon or asked again; whoever cancels does not wait for the answer. */
export function questions(summary: string): Proxy<'preflight' | 'readBack'> {
  return proxy(summary, {
    taskQueue: taskQueues.effects,
    startToCloseTimeout: '35s',
    scheduleToCloseTimeout: '1m',
    heartbeatTimeout: '5s',
    cancellationType: 'TRY_CANCEL',
  });
}

/** Thinking only, with no outside to wait for: one that takes long has lost its worker. */
export function thinking(summary: string): Proxy<'judge' | 'nameRun'> {
  return proxy(summary, { ...alone, startToCloseTimeout: '4s' });
}

/** How often a spec is checked that no worker gets done with: it may be what stops them. */
export const mostChecks = 5;

/** Thinking about a spec, which is from outside: one that breaks its check is refused, not tried for ever. */
export function checking(summary: string): Proxy<'completeSpec'> {
  return proxy(summary, {
    ...alone,
    startToCloseTimeout: '5s',
    retry: { ...retry, maximumAttempts: mostChecks },
  });
}

const alone = { taskQueue: taskQueues.effects, cancellationType: 'TRY_CANCEL' } as const;

/** The activity itself says what it waited for in vain, before the server cuts it off (ms). */
const slack = 3_000;

/**
 * Effects, over within `within` ms whatever the attempts. A cancel waits until the attempt has stopped: what it
 * did must be known before it is undone.
 */
export function effects(
  summary: string,
  within: number,
): Proxy<'deploy' | 'shiftTraffic' | 'promote' | 'remove'> {
  return proxy(summary, {
    taskQueue: taskQueues.effects,
    startToCloseTimeout: within + slack,
    scheduleToCloseTimeout: within + slack,
    heartbeatTimeout: '5s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/** Looks at the past and at the present: large queries, which hold up no effect. */
export function remembering(summary: string): Proxy<'calibrate' | 'survey'> {
  return proxy(summary, {
    taskQueue: taskQueues.watch,
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '3m',
    heartbeatTimeout: '5s',
    cancellationType: 'TRY_CANCEL',
  });
}

/** A chapter: holds its slot for as long as it lasts. Whoever cancels it may wait for the ticks so far. */
export function watching(summary: string, length: number): Proxy<'collectMetrics'> {
  return proxy(summary, {
    taskQueue: taskQueues.watch,
    ...lasting(length),
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/** A load run: holds its slot for as long as it lasts, and is left behind at once. */
export function loading(summary: string, length: number): Proxy<'generateLoad'> {
  return proxy(summary, { taskQueue: taskQueues.load, ...lasting(length) });
}

function lasting(length: number): ActivityOptions {
  return {
    startToCloseTimeout: length + 60_000,
    heartbeatTimeout: '8s',
    cancellationType: 'TRY_CANCEL',
  };
}

/** Notices share no slots with effects: a slow webhook holds up no rollout. */
export function telling(summary: string): Proxy<'notify'> {
  return proxy(summary, {
    taskQueue: taskQueues.watch,
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '1h',
    cancellationType: 'TRY_CANCEL',
  });
}

const retry = { initialInterval: '1s', maximumInterval: '10s' } as const;

function proxy<Name extends keyof Activities>(summary: string, options: ActivityOptions): Proxy<Name> {
  return proxyActivities<Activities>({
    retry,
    summary: summaryText(summary),
    ...options,
  });
}
