import { number } from '../../src/text/number.ts';
import { keptText } from '../../src/text/kept-text.ts';
import { longestId, type Message } from '../messages.ts';
import { Undecodable } from '../engine/undecodable.ts';

/** What was understood of a message's argument, and a sentence for each part that was left out. */
export interface MessageInput {
  message: Message;
  problems: string[];
}

/** How much of what makes no sense is shown, in bytes as JSON. */
const shown = 60;

/**
 * Reads whatever a form, a plain signal or another client sends. What cannot be understood is left out and said; the
 * texts are kept as {@link keptText} keeps them, and an id compares whole.
 *
 * @returns a sentence where the argument cannot be read at all: nobody knows what was meant
 */
export function readMessage(input: unknown): MessageInput | string {
  if (input instanceof Undecodable) return `its argument cannot be read: ${input.why}`;
  if (input === undefined || input === null) return { message: {}, problems: [] };
  if (typeof input !== 'object' || Array.isArray(input))
    return {
      message: {},
      problems: [`left out its argument: expected { id, by, reason, gate }, found ${found(input)}`],
    };
  const { id, by, reason, gate } = input as Record<string, unknown>;
  const problems: string[] = [];
  const text = (name: string, value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    problems.push(`left out ${name}: expected a string, found ${found(value)}`);
    return undefined;
  };
  const kept = (name: string, value: unknown): string | undefined => {
    const whole = text(name, value);
    return whole === undefined ? undefined : keptText(whole.normalize('NFC'));
  };
  const identity = (value: unknown): string | undefined => {
    const whole = text('id', value);
    if (whole === undefined || whole.length <= longestId) return whole;
    problems.push(
      `left out id: expected at most ${number(longestId)} characters, found ${number(whole.length)}; the message is not recognized if it is sent again`,
    );
    return undefined;
  };
  const texts = { id: identity(id), by: kept('by', by), reason: kept('reason', reason) };
  const message: Message = Object.fromEntries(
    Object.entries(texts).filter(([, value]) => value !== undefined),
  );
  if (gate !== undefined && gate !== null) message.gate = typeof gate === 'number' ? gate : NaN;
  return { message, problems };
}

function found(value: unknown): string {
  return keptText(JSON.stringify(value), shown);
}
