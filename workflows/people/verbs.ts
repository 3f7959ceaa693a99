import { claimed } from '../../src/domain/claim.ts';
import type { GateStatus } from '../../src/domain/status.ts';
import type { Message, Receipt, Verb } from '../messages.ts';
import { isForward, stepOf } from '../position.ts';
import { pause, resume } from '../procedure/pause.ts';
import { isoNow, type RolloutState } from '../state.ts';

const done = (text: string): Receipt => ({ handled: true, text });
export const ineffective = (text: string): Receipt => ({ handled: false, text });

/** What each verb does to the state, and the answer. A verb only writes down what was said: the procedure acts on it. */
export const act: Record<Verb, (state: RolloutState, message: Message) => Receipt> = {
  pause(state, { by, reason }) {
    if (isDecided(state)) return ineffective('nothing to pause: the rollout is on its way to its end');
    if (state.position.at === 'promoting')
      return ineffective(
        'too late to pause: the version is being promoted; abort takes it back while that is possible',
      );
    if (state.paused !== null) return ineffective(`already paused since ${state.paused.since}`);
    pause(state, by ?? null, reason ?? null);
    return done('paused: the weight is held and judging goes on; resume to go on');
  },

  resume(state) {
    if (isStuck(state)) {
      state.asked.retry = true;
      return done('trying again at once');
    }
    if (state.paused === null && state.story.held === 'split-changed') {
      state.asked.retry = true;
      return done('the split of the step is put in force again');
    }
    if (state.paused === null) return ineffective('not paused');
    resume(state);
    return done('resumed');
  },

  approve(state, { by, gate: meant }) {
    const gate = gateOf(state);
    if (gate === null) return ineffective('no gate is open');
    if (meant !== undefined && meant !== gate.step) return ineffective(otherGate(meant, gate.step));
    return approveGate(gate, by ?? null);
  },

  reject(state, { by, reason, gate: meant }) {
    const gate = gateOf(state);
    if (gate === null) return ineffective('no gate is open; abort takes the canary back at any time');
    if (meant !== undefined && meant !== gate.step) return ineffective(otherGate(meant, gate.step));
    if (!mayDecide(gate, by ?? null)) return ineffective(notOnTheList(gate, by ?? null));
    state.asked.reject = said('rejected', by, reason);
    return done('rejected: the canary is taken back');
  },

  abort(state, { by, reason }) {
    const { position, asked } = state;
    const decided = !isForward(position);
    if (decided && position.ending.outcome === 'promoted')
      return ineffective('too late: the version is promoted; release the earlier version to go back');
    if (asked.abort !== null || (decided && position.at !== 'halted'))
      return ineffective('the canary is being taken back already');
    asked.abort = said('aborted', by, reason);
    return done('aborted: the canary is taken back');
  },

  promote(state, { by, reason }) {
    const { position, paused } = state;
    if (isDecided(state) && position.at !== 'halted')
      return ineffective('too late: the rollout is on its way to its end');
    if (position.at === 'promoting') return ineffective('it is being promoted already');
    state.asked.promote = { by: by ?? null, text: said('promoted', by, reason) };
    const gate = gateOf(state);
    if (paused !== null)
      return done('noted: it is paused, so what remains of the steps is skipped when it is resumed');
    if (stepOf(position)?.bake?.keepsStable === true) return done('the wait ends: stable is replaced now');
    if (gate === null)
      return done(
        'what remains of the steps is skipped; at a gate it counts as an approval, where it may decide',
      );
    const { handled, text } = approveGate(gate, by ?? null);
    return done(
      handled ? `counts as an approval: ${text}` : `the gate stays, what comes after it is skipped: ${text}`,
    );
  },

  abandon(state, { by, reason }) {
    if (!isStuck(state) && state.position.at !== 'halted')
      return ineffective(
        'only a rollout that is stuck or halted can be abandoned; abort takes the canary back',
      );
    state.asked.abandon = said('abandoned', by, reason);
    return done('given up: the target stays as it is');
  },
};

/** How it ends is decided, in this workflow task if not before. */
function isDecided({ asked, position }: RolloutState): boolean {
  return !isForward(position) || asked.abort !== null || asked.reject !== null;
}

function isStuck({ position }: RolloutState): boolean {
  return position.at === 'settling' && position.stuck;
}

/** The gate that is open. */
function gateOf(state: RolloutState): GateStatus | null {
  return isDecided(state) ? null : (stepOf(state.position)?.gate ?? null);
}

/** Counts an approval for the gate that is open, once per person. */
export function approveGate(gate: GateStatus, by: string | null): Receipt {
  if (!mayDecide(gate, by)) return ineffective(notOnTheList(gate, by));
  if (gate.need > 1 && by === null)
    return ineffective(`${String(gate.need)} different people must approve, so say by whom`);
  if (gate.approvals.some((approval) => approval.by === by))
    return ineffective(`${claimed(by)} has approved already`);
  gate.approvals.push({ by, at: isoNow() });
  return done(`${String(gate.approvals.length)} of ${String(gate.need)} approvals`);
}

function mayDecide(gate: { by: string[] }, by: string | null): boolean {
  return gate.by.length === 0 || (by !== null && gate.by.includes(by));
}

function notOnTheList(gate: { by: string[] }, by: string | null): string {
  return `${by === null ? 'somebody without a name' : claimed(by)} may not decide this gate; it takes ${gate.by.join(' or ')}`;
}

function otherGate(meant: number, open: number): string {
  return `meant for gate ${String(meant)}, but gate ${String(open)} is open`;
}

function said(what: string, by: string | undefined, reason: string | undefined): string {
  return `${what} by ${claimed(by ?? null)}${reason === undefined ? '' : `: ${reason}`}`;
}
