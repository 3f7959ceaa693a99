import type { RolloutStatus } from '../domain/status.ts';
import type { Ending } from './ending.ts';

/**
 * The status of a rollout that ended without a result: as it stood when it was cut short, but ended. No bake runs on, no
 * gate waits, and it says what the target may still do.
 */
export function cutShort(status: RolloutStatus, ending: Ending): RolloutStatus {
  if (ending.how === 'completed') return status;
  const ended: RolloutStatus = { ...status, phase: 'ended', bake: null, gate: null, paused: null };
  if (ending.type === 'SpecRefused') return ended;
  const { phase, weight } = status;
  return {
    ...ended,
    doing:
      `${ending.how} while ${phase}, without an end: nothing watches the canary or takes it back any more. ` +
      `It may still run and get ${weight}% of the live traffic`,
  };
}
