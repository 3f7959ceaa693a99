import { setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { latest } from '../../src/domain/kept-list.ts';
import { keptText } from '../../src/text/kept-text.ts';
import { countedOut } from '../../src/domain/not-kept.ts';
import { longestReceipt, mostRemembered } from '../../src/domain/size.ts';
import { readMessage } from './message-input.ts';
import {
  meaning,
  signals,
  statusQuery,
  updates,
  verbs,
  type Message,
  type Receipt,
  type Verb,
} from '../messages.ts';
import { isoNow, type RolloutState } from '../state.ts';
import { statusOf } from '../telling/status-of.ts';
import { draw, index } from '../telling/story.ts';
import { act, ineffective } from './verbs.ts';

/** The most that is kept of a name that is no verb, in bytes as JSON. */
const longestName = 100;

/**
 * Answers messages, from the first moment on. A handler only writes down what was said: the procedure acts on
 * it where it stands. It never throws, whatever it gets; what has no effect is recorded with the reason.
 *
 * @returns how many this run has been sent, from then on
 */
export function receiveMessages(state: RolloutState): { count: number } {
  const said = { count: 0 };
  const drawSoon = onceInATask(() => {
    draw(statusOf(state));
  });
  setHandler(statusQuery, () => statusOf(state), {
    description: 'The whole state of the rollout as one object',
  });
  for (const verb of verbs) {
    const description = meaning[verb];
    const handler = (input: unknown): Receipt => {
      said.count += 1;
      drawSoon();
      return safely(state, verb, () => receive(state, verb, input));
    };
    setHandler(updates[verb], handler, { description });
    setHandler(signals[verb], (input) => void handler(input), { description });
  }
  setDefaultSignalHandler((name) => {
    const receipt = ineffective(`no such message: expected one of ${verbs.join(', ')}`);
    said.count += 1;
    drawSoon();
    safely(state, name, () => noted(state, name, {}, receipt));
  });
  return said;
}

/** Does it once after all that a workflow task brings, however often it is asked for. */
function onceInATask(work: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    void Promise.resolve().then(() => {
      due = false;
      work();
    });
  };
}

/** What is thrown in a handler would fail the workflow task, and with it every later message. */
function safely(state: RolloutState, name: string, handle: () => Receipt): Receipt {
  try {
    return handle();
  } catch (error) {
    return noted(state, name, {}, ineffective(`it could not be handled: ${String(error)}`));
  }
}

function receive(state: RolloutState, verb: Verb, input: unknown): Receipt {
  const read = readMessage(input);
  if (typeof read === 'string') return noted(state, verb, {}, ineffective(read));
  const { message, problems } = read;
  const { id } = message;
  const same = id === undefined ? [] : state.receipts.filter((receipt) => receipt.id === id);
  const [other] = same;
  const known = same.find((receipt) => receipt.verb === verb);
  if (known !== undefined) return known.receipt;
  if (other !== undefined)
    problems.push(`its id was used before, by ${other.verb}: this is a message of its own`);
  const { handled, text } = act[verb](state, message);
  const receipt = noted(state, verb, message, { handled, text: [text, ...problems].join('; ') });
  if (id !== undefined) {
    const { kept, dropped } = latest([...state.receipts, { id, verb, receipt }], mostRemembered);
    state.receipts = kept;
    Object.assign(state, countedOut(state.notKept, { ids: dropped }));
  }
  return receipt;
}

/** Keeps it for the record, and answers it. */
function noted(state: RolloutState, name: string, { by, reason }: Message, given: Receipt): Receipt {
  const receipt = { ...given, text: keptText(given.text, longestReceipt) };
  const verb = keptText(name, longestName);
  const record = { verb, by: by ?? null, reason: reason ?? null, ...receipt, at: isoNow() };
  const { kept, dropped } = latest([...state.messages, record], mostRemembered);
  state.messages = kept;
  Object.assign(state, countedOut(state.notKept, { messages: dropped }));
  index(statusOf(state));
  return receipt;
}
