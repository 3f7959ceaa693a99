import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { keptText } from '../text/kept-text.ts';
import type { PayloadKey, PayloadKeys } from './keys.ts';
import { payloadFromBytes, payloadToBytes } from './payload-bytes.ts';

/** What an encrypted payload says of itself in its metadata. */
export const encryptedEncoding = 'binary/encrypted';
const keyIdName = 'encryption-key-id';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** The most that is shown of the id of a key that is not known here. */
const longestId = 64;

/** Whether it says so, and with which key: without one it is of another codec, and stays as it is. */
export function isEncrypted({ metadata }: Payload): boolean {
  return textOf(metadata?.['encoding']) === encryptedEncoding && textOf(metadata?.[keyIdName]) !== '';
}

/**
 * Encrypts a payload with its metadata: a random nonce of 12 bytes, the ciphertext, the tag of 16 bytes. The id of the key
 * is authenticated too, so that nobody can relabel a payload. Which workflow it belongs to is not: a codec server is not
 * told.
 */
export function encrypt(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(id));
  const data = [nonce, cipher.update(payloadToBytes(payload)), cipher.final(), cipher.getAuthTag()];
  return {
    metadata: { encoding: Buffer.from(encryptedEncoding), [keyIdName]: Buffer.from(id) },
    data: Buffer.concat(data),
  };
}

/** Decrypts what `isEncrypted`; `unreadable` says why it cannot be, without a full stop and without anything of a key. */
export function decrypt(
  { metadata, data }: Payload,
  { decrypting }: PayloadKeys,
): { payload: Payload } | { unreadable: string } {
  const id = textOf(metadata?.[keyIdName]);
  const shown = `the key ${JSON.stringify(keptText(id, longestId))}`;
  const key = decrypting.get(id);
  if (key === undefined) {
    const known = [...decrypting.keys()].join(', ');
    return {
      unreadable:
        known === ''
          ? `it is encrypted with ${shown}, and no keys are set here (COALMINE_PAYLOAD_KEYS)`
          : `it is encrypted with ${shown}, which COALMINE_PAYLOAD_KEYS does not have here (it has ${known})`,
    };
  }
  try {
    return { payload: payloadFromBytes(opened(data ?? new Uint8Array(), id, key)) };
  } catch {
    return {
      unreadable: `it cannot be decrypted with ${shown}: that key is another one here, or the payload was changed`,
    };
  }
}

function opened(data: Uint8Array, id: string, key: KeyObject): Uint8Array {
  if (data.length < nonceBytes + tagBytes) throw new RangeError('shorter than a nonce and a tag');
  const decipher = createDecipheriv(algorithm, key, data.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(id))
    .setAuthTag(data.subarray(-tagBytes));
  return Buffer.concat([decipher.update(data.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}
