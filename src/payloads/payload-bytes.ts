/** A payload as bytes: `temporal.api.common.v1.Payload` in protobuf, which is what is encrypted, as Temporal's samples do. */
import type { Payload } from '@temporalio/common';

const lengthDelimited = 2;

/** Fields of the message, and of an entry of its map. */
const fields = { metadata: 1, data: 2, key: 1, value: 2 };

export function payloadToBytes({ metadata, data }: Payload): Uint8Array {
  const entries = Object.entries(metadata ?? {}).map(([key, value]) =>
    field(fields.metadata, Buffer.concat([field(fields.key, Buffer.from(key)), field(fields.value, value)])),
  );
  return Buffer.concat([...entries, field(fields.data, data ?? new Uint8Array())]);
}

/** Throws a RangeError if these are not the bytes of a payload. Fields of later versions are left out. */
export function payloadFromBytes(bytes: Uint8Array): Payload {
  const metadata: [string, Uint8Array][] = [];
  let data: Uint8Array = new Uint8Array();
  for (const [number, value] of fieldsOf(bytes)) {
    if (number === fields.data) data = value;
    if (number === fields.metadata) metadata.push(entryOf(value));
  }
  return { metadata: Object.fromEntries(metadata), data };
}

function entryOf(bytes: Uint8Array): [string, Uint8Array] {
  const entry = new Map(fieldsOf(bytes));
  return [Buffer.from(entry.get(fields.key) ?? []).toString(), entry.get(fields.value) ?? new Uint8Array()];
}

function field(number: number, value: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = value.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) + 128);
  }
  return Buffer.concat([Uint8Array.of(number * 8 + lengthDelimited, ...length), value]);
}

function* fieldsOf(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  let at = 0;
  const integer = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 128 ** 4; scale *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('a number in the payload is too large');
  };
  while (at < bytes.length) {
    const tag = integer();
    if (tag % 8 !== lengthDelimited) throw new RangeError('a field of the payload has another type');
    const end = integer() + at;
    if (end > bytes.length) throw new RangeError('the payload ends within a field');
    yield [Math.floor(tag / 8), bytes.subarray(at, end)];
    at = end;
  }
}
