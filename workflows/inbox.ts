import { setHandler } from '@temporalio/workflow';
import { claimed } from '../src/domain/claim.ts';
import type { MessageRecord } from '../src/domain/status.ts';
import {
  meaning,
  signals,
  statusQuery,
  updates,
  verbs,
  type Message,
  type Receipt,
  type Verb,
} from './messages.ts';
import { isoNow, now, pause, type RolloutState } from './state.ts';
import { show } from './story.ts';

const remembered = 200;

/**
 * Answers messages, from the first moment on. A handler only writes down what was said: the procedure acts on
 * it where it stands. It never throws; what has no effect is recorded with the reason.
 */
export function receiveMessages(state: RolloutState): void {
  setHandler(statusQuery, () => state.status, {
    description: 'The whole state of the rollout as one object',
  });
  for (const verb of verbs) {
    const description = meaning[verb];
    setHandler(updates[verb], (input) => receive(state, verb, input), { description });
    setHandler(signals[verb], (input) => void receive(state, verb, input), { description });
  }
}

function receive(state: RolloutState, verb: Verb, input: unknown): Receipt {
  const { message, problems } = readMessage(input);
  const known = state.receipts.find(({ id }) => id === message.id);
  if (known !== undefined) return known.receipt;
  const receipt = act[verb](state, message);
  const text = [receipt.text, ...problems].join('; ');
  record(state, {
    verb,
    by: message.by ?? null,
    reason: message.reason ?? null,
    ...receipt,
    text,
    at: isoNow(),
  });
  if (message.id !== undefined) remember(state, message.id, { ...receipt, text });
  show(state);
  return { ...receipt, text };
}

/** Whatever a Web UI's form or a plain signal sends; what cannot be understood is left out and said. */
function readMessage(input: unknown): { message: Message; problems: string[] } {
  if (input === undefined || input === null) return { message: {}, problems: [] };
  if (typeof input !== 'object' || Array.isArray(input))
    return {
      message: {},
      problems: [
        `left out what came with it: expected { id, by, reason, gate }, found ${JSON.stringify(input).slice(0, 60)}`,
      ],
    };
  const { id, by, reason, gate } = input as Record<string, unknown>;
  const problems: string[] = [];
  const string = (name: string, value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value !== '') return value.slice(0, 500);
    problems.push(`left out ${name}: expected a string, found ${JSON.stringify(value).slice(0, 60)}`);
    return undefined;
  };
  const texts = { id: string('id', id), by: string('by', by), reason: string('reason', reason) };
  const message: Message = Object.fromEntries(
    Object.entries(texts).filter(([, value]) => value !== undefined),
  );
  if (gate !== undefined && gate !== null) message.gate = typeof gate === 'number' ? gate : NaN;
  return { message, problems };
}

const done = (text: string): Receipt => ({ handled: true, text });
const ineffective = (text: string): Receipt => ({ handled: false, text });

/** What each verb does to the state, and the answer. */
const act: Record<Verb, (state: RolloutState, message: Message) => Receipt> = {
  pause(state, { by, reason }) {
    const { status } = state;
    if (isDecided(state)) return ineffective('nothing to pause: the rollout is on its way to its end');
    if (state.doing === 'promoting')
      return ineffective(
        'too late to pause: the version is being promoted; abort takes it back while that is possible',
      );
    if (status.paused !== null) return ineffective(`already paused since ${status.paused.since}`);
    pause(state, by ?? null, reason ?? null);
    return done('paused: the weight is held and judging goes on; resume to go on');
  },

  resume(state) {
    const { status } = state;
    if (state.doing === 'stuck') {
      state.asked.retry = true;
      return done('trying again at once');
    }
    if (status.paused === null) return ineffective('not paused');
    status.paused = null;
    status.noSignal.spent = 0;
    const pause = state.watch.pauses.at(-1);
    if (pause?.to === null) pause.to = now();
    return done('resumed');
  },

  approve(state, { by, gate: meant }) {
    const { gate } = state.status;
    if (gate === null || isDecided(state)) return ineffective('no gate is open');
    if (meant !== undefined && meant !== gate.step) return ineffective(otherGate(meant, gate.step));
    return approveGate(gate, by ?? null);
  },

  reject(state, { by, reason, gate: meant }) {
    const { gate } = state.status;
    if (gate === null || isDecided(state))
      return ineffective('no gate is open; abort takes the canary back at any time');
    if (meant !== undefined && meant !== gate.step) return ineffective(otherGate(meant, gate.step));
    if (!mayDecide(gate, by ?? null)) return ineffective(notOnTheList(gate, by ?? null));
    state.asked.reject = said('rejected', by, reason);
    return done('rejected: the canary is taken back');
  },

  abort(state, { by, reason }) {
    const { outcome } = state.ending ?? {};
    if (outcome === 'promoted')
      return ineffective('too late: the version is promoted; release the earlier version to go back');
    if (state.asked.abort !== null || (outcome !== undefined && state.doing !== 'halted'))
      return ineffective('the canary is being taken back already');
    state.asked.abort = said('aborted', by, reason);
    return done('aborted: the canary is taken back');
  },

  promote(state, { by, reason }) {
    if (isDecided(state) && state.doing !== 'halted')
      return ineffective('too late: the rollout is on its way to its end');
    if (state.doing === 'promoting') return ineffective('it is being promoted already');
    state.asked.promote = { by: by ?? null, text: said('promoted', by, reason) };
    const { gate, paused } = state.status;
    if (paused !== null)
      return done('noted: it is paused, so what remains of the steps is skipped when it is resumed');
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
    if (state.doing !== 'stuck' && state.doing !== 'halted')
      return ineffective(
        'only a rollout that is stuck or halted can be abandoned; abort takes the canary back',
      );
    state.asked.abandon = said('abandoned', by, reason);
    return done('given up: the target stays as it is');
  },
};

/** How it ends is decided, in this workflow task if not before. */
function isDecided({ asked, ending }: RolloutState): boolean {
  return ending !== null || asked.abort !== null || asked.reject !== null;
}

/** Counts an approval for the gate that is open, once per person. */
export function approveGate(gate: NonNullable<RolloutState['status']['gate']>, by: string | null): Receipt {
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

function record({ status }: RolloutState, message: MessageRecord): void {
  status.messages = [...status.messages, message].slice(-remembered);
}

function remember(state: RolloutState, id: string, receipt: Receipt): void {
  state.receipts = [...state.receipts, { id, receipt }].slice(-remembered);
}
