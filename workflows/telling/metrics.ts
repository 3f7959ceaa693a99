/** What rollouts count, for Prometheus. Counting makes no event of the history, and a replay counts nothing again. */
import { metricMeter } from '@temporalio/workflow';
import type { HoldCause, Outcome } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import type { VerdictKind } from '../../src/judge/verdict.ts';

/** A rollout has entered its phase; where the weight is held in it, the cause of that counts too. */
export function countPhase({ phase, held }: RolloutStatus): void {
  add('coalmine_phases_entered', 'Phases that rollouts have entered', { phase });
  if (phase === 'paused') countHold('paused');
  if (phase === 'holding' && held !== undefined) countHold(held);
}

/** A weight is held for this cause. */
export function countHold(cause: HoldCause | 'paused'): void {
  add('coalmine_holds', 'Times that a weight was held, by cause', { cause });
}

/** A verdict that history records, of a chapter or of the test before it. */
export function countVerdict(kind: VerdictKind): void {
  add('coalmine_verdicts', 'Verdicts that rollouts were given', { verdict: kind });
}

/** A rollout has come to its end. */
export function countOutcome(outcome: Outcome): void {
  add('coalmine_rollouts_ended', 'Rollouts that have ended, by outcome', { outcome });
}

function add(name: string, description: string, tags: Record<string, string>): void {
  metricMeter.createCounter(name, undefined, description).add(1, tags);
}
