/**
 * How the workflow reads what reaches it: the bundle is built with this module (`payloadConverterPath`). The SDK's own
 * converter throws at a payload it cannot read, and that fails the workflow task: again and again, so that nothing said
 * later gets through. This one never throws while it reads.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { keptText } from '../../src/text/kept-text.ts';
import { number } from '../../src/text/number.ts';
import { Undecodable } from './undecodable.ts';

/** Deeper values are not read: `JSON.stringify` would overflow the stack, at a depth that differs by machine. */
const deepest = 100;

export const payloadConverter: PayloadConverter = {
  toPayload: (value, ...rest) => defaultPayloadConverter.toPayload(value, ...rest),
  // The SDK's signature lets the caller name the type.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  fromPayload: <T>(payload: Payload) => read(payload) as T,
};

function read(payload: Payload): unknown {
  try {
    const { metadata, data } = payload;
    const encoding = String.fromCharCode(...(metadata?.['encoding'] ?? []).slice(0, longestEncoding));
    if (encoding === 'binary/null') return undefined;
    if (encoding.startsWith(undecryptable))
      return new Undecodable(
        `${keptText(encoding.slice(undecryptable.length), longestReason)}, ${sizeOf(payload)}`,
      );
    if (encoding !== 'json/plain')
      return new Undecodable(`it has ${described(encoding)}, ${sizeOf(payload)}`);
    if (data && isDeep(data))
      return new Undecodable(`it is nested more than ${String(deepest)} levels deep, ${sizeOf(payload)}`);
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return new Undecodable(`it is not valid JSON, ${sizeOf(payload)}`);
  }
}

/** How the worker's codec says why it could not decrypt a payload (`src/payloads/codec.ts`). */
const undecryptable = 'binary/encrypted: ';

/** The most that is kept of that reason, in bytes as JSON. */
const longestReason = 250;

/** The most that is looked at of an encoding's name, in bytes. */
const longestEncoding = 1_000;

function described(encoding: string): string {
  return encoding === '' ? 'no encoding' : `the encoding ${keptText(encoding, 60)}`;
}

function sizeOf({ data }: Payload): string {
  return `${number(data?.length ?? 0)} bytes`;
}

const [quote, backslash, ...brackets] = Array.from('"\\[{]}', (character) => character.charCodeAt(0));

/** Before it is parsed, which takes long at such depths. */
function isDeep(json: Uint8Array): boolean {
  let depth = 0;
  let text = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === quote) text = !text;
    else if (text) at += byte === backslash ? 1 : 0;
    else if (brackets.includes(byte)) depth += brackets.indexOf(byte) < 2 ? 1 : -1;
    if (depth > deepest) return true;
  }
  return false;
}
