import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key of AES-256, under the name that payloads carry. */
export interface PayloadKey {
  id: string;
  /** Prints as an object: the key's bytes are in no message and no log. */
  key: KeyObject;
}

/** What payloads are encrypted and decrypted with. */
export interface PayloadKeys {
  /** What new payloads are encrypted with; null: they are written in plain text. */
  encrypting: PayloadKey | null;
  /** All that can be decrypted, by id. */
  decrypting: ReadonlyMap<string, KeyObject>;
}

export const noKeys: PayloadKeys = { encrypting: null, decrypting: new Map() };

/** In the place of the first key: new payloads are not encrypted yet, or not any more. */
const plain = 'plain';

const keyBytes = 32;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const idShape = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Reads `id:key,id:key…`, separated by commas or line breaks; each key is 32 bytes in base64. The first one encrypts, unless
 * it is the word `plain`; all decrypt.
 *
 * @returns the keys and what is wrong with the text, without a character of it: an entry may be a key
 */
export function parsePayloadKeys(text: string): { keys: PayloadKeys; problems: string[] } {
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const isPlain = entries[0] === plain;
  const problems: string[] = [];
  const decrypting = new Map<string, KeyObject>();
  for (const [index, entry] of entries.entries()) {
    if (index === 0 && isPlain) continue;
    const where = `entry ${String(index + 1)} of ${String(entries.length)}`;
    const colon = entry.indexOf(':');
    const [id, key] = [entry.slice(0, colon), entry.slice(colon + 1)];
    const bytes = Buffer.from(key, 'base64');
    if (colon < 0) problems.push(`${where} has no colon`);
    else if (!idShape.test(id) || id === plain) problems.push(`${where} has an id that cannot be used`);
    else if (!base64.test(key)) problems.push(`${where} has a key that is not base64`);
    else if (bytes.length !== keyBytes) problems.push(`${where} has a key of ${String(bytes.length)} bytes`);
    else if (decrypting.has(id)) problems.push(`${where} has the id of an earlier one`);
    else decrypting.set(id, createSecretKey(bytes));
  }
  const [first] = decrypting;
  const encrypting = first === undefined || isPlain ? null : { id: first[0], key: first[1] };
  return { keys: { encrypting, decrypting }, problems };
}
