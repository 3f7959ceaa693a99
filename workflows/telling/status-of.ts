import type { Phase } from '../../src/domain/rollout.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { stepOf, stepsDone } from '../position.ts';
import type { RolloutState } from '../state.ts';

const pausable: readonly Phase[] = [
  'preflight',
  'deploying',
  'testing',
  'baking',
  'waiting',
  'holding',
  'keeping',
];

/** What the query `status` answers. It only shows what the state says: nothing is decided by it. */
export function statusOf(state: RolloutState): RolloutStatus {
  const { rollout, service, version, labels, position, place, story, paused, notKept } = state;
  const { can, missing, stable, split, splitNow, changed, unread } = place;
  const step = position.at === 'ended' ? null : stepOf(position);
  const { outcome = null, cause = null } = position.at === 'ended' ? position.ending : {};
  return {
    rollout,
    service,
    version,
    stable: stable.before,
    ...(stable.now !== undefined && { stableNow: stable.now }),
    ...(stable.down === true && { stableDown: true as const }),
    ...(stable.dead !== undefined && { deadStable: stable.dead }),
    phase: phaseOf(state),
    doing: story.doing,
    ...(story.held !== undefined && { held: story.held }),
    outcome,
    cause,
    verified: position.at === 'ended' ? position.verified : null,
    ...split,
    ...(splitNow !== undefined && { splitNow }),
    ...(changed !== undefined && { changed }),
    ...(unread !== undefined && position.at !== 'ended' && { unread }),
    steps: { at: stepsDone(position, labels.length), labels, done: state.done },
    bake: step?.bake ?? null,
    gate: step?.gate ?? null,
    paused: position.at === 'ended' ? null : paused,
    noSignal: state.noSignal,
    verdict: state.verdict,
    ...(state.test !== undefined && { test: state.test }),
    loadFault: state.loadFault,
    ...(state.usual !== undefined && { usual: state.usual }),
    ...(state.counting !== undefined && { counting: state.counting }),
    missing,
    capabilities: can,
    messages: state.messages,
    ...(notKept !== undefined && { notKept }),
  };
}

/** The phase, or the pause that covers it. */
function phaseOf({ story: { phase }, paused }: RolloutState): Phase {
  return paused !== null && pausable.includes(phase) ? 'paused' : phase;
}
