import type { Payload, PayloadCodec } from '@temporalio/common';
import { encodesFailures } from '../domain/encoded-failures.ts';
import { decrypt, encrypt, encryptedEncoding, isEncrypted } from './cipher.ts';
import type { PayloadKeys } from './keys.ts';

/** A payload of the server cannot be decrypted here; the message says why and what to do. */
export class UndecryptableError extends Error {
  override readonly name = 'UndecryptableError';

  constructor(why: string) {
    super(
      `A payload of the Temporal server cannot be read: ${why}. Set COALMINE_PAYLOAD_KEYS to what the workers have.`,
    );
  }
}

/** For clients. What was never encrypted is read as it is; what cannot be decrypted throws an UndecryptableError. */
export function clientCodec(keys: PayloadKeys): PayloadCodec {
  return codec(keys, (_, unreadable) => {
    throw new UndecryptableError(unreadable);
  });
}

/**
 * For workers. It never throws at what it reads: an error here would fail the workflow task, again and again, and no later
 * message would get through. What cannot be decrypted goes on with the reason for its encoding, which no converter knows:
 * `workflows/engine/payload-converter.ts` makes a value of it, and an activity's attempt fails, for another worker to try.
 */
export function workerCodec(keys: PayloadKeys): PayloadCodec {
  const inner = codec(keys, ({ data }, unreadable) => ({
    metadata: { encoding: Buffer.from(`${encryptedEncoding}: ${unreadable}`) },
    data: data ?? null,
  }));
  return {
    encode: (payloads) => inner.encode(payloads),
    // The workflow has no other way to know whether it is to hide the text of its failures.
    decode: async (payloads) =>
      keys.encrypting === null
        ? inner.decode(payloads)
        : (await inner.decode(payloads)).map(({ metadata, data }) => ({
            metadata: { ...metadata, [encodesFailures]: new Uint8Array() },
            data: data ?? null,
          })),
  };
}

/** For people who look through the codec server: what cannot be decrypted stays as it is. */
export function viewerCodec(keys: PayloadKeys): PayloadCodec {
  return codec(keys, (payload) => payload);
}

function codec(
  keys: PayloadKeys,
  otherwise: (payload: Payload, unreadable: string) => Payload,
): PayloadCodec {
  const { encrypting } = keys;
  const decoded = (payload: Payload): Payload => {
    if (!isEncrypted(payload)) return payload;
    const found = decrypt(payload, keys);
    return 'payload' in found ? found.payload : otherwise(payload, found.unreadable);
  };
  return {
    // eslint-disable-next-line @typescript-eslint/require-await -- the SDK's signature; an error must be a rejection
    encode: async (payloads) =>
      encrypting === null
        ? payloads
        : payloads.map((payload) => (isEncrypted(payload) ? payload : encrypt(payload, encrypting))),
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    decode: async (payloads) => payloads.map(decoded),
  };
}
