import fc from 'fast-check';
import type { Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { clientCodec, UndecryptableError, viewerCodec, workerCodec } from '../../src/payloads/codec.ts';
import { noKeys, parsePayloadKeys, type PayloadKeys } from '../../src/payloads/keys.ts';
import { payloadFromBytes, payloadToBytes } from '../../src/payloads/payload-bytes.ts';
import { payloadConverter } from '../../workflows/engine/payload-converter.ts';
import { json, payload } from '../support/raw.ts';

const [one, two] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];

function keys(text: string): PayloadKeys {
  const { keys, problems } = parsePayloadKeys(text);
  expect(problems).toEqual([]);
  return keys;
}

const sealed = async (text: string, sent = json({ by: 'ann' })): Promise<Payload> => {
  const [encrypted] = await workerCodec(keys(text)).encode([sent]);
  return encrypted ?? {};
};

const anyPayload = fc.record({
  metadata: fc.dictionary(fc.string(), fc.uint8Array()),
  data: fc.uint8Array({ maxLength: 3_000, size: 'max' }),
});

test('any payload comes back as it was, and nothing of it can be seen', async () => {
  const codec = clientCodec(keys(`a:${one}`));
  await fc.assert(
    fc.asyncProperty(anyPayload, async (sent) => {
      const [encrypted] = await codec.encode([sent]);
      expect(Object.keys(encrypted?.metadata ?? {})).toEqual(['encoding', 'encryption-key-id']);
      const [read] = await codec.decode([encrypted ?? {}]);
      const entries = ({ metadata }: Payload) =>
        Object.entries(metadata ?? {}).map(([k, v]) => [k, Buffer.from(v)]);
      expect(entries(read ?? {})).toEqual(entries(sent));
      expect(Buffer.from(read?.data ?? [])).toEqual(Buffer.from(sent.data));
    }),
  );
});

test('what is encrypted is the protobuf form of a payload', () => {
  const bytes = Buffer.from('\n\x16\n\bencoding\x12\njson/plain\x12\x017');
  expect(Buffer.from(payloadToBytes(json(7)))).toEqual(bytes);
  const later = Buffer.concat([bytes, Buffer.from('\x4a\x01x')]);
  expect(Buffer.from(payloadFromBytes(later).data ?? [])).toEqual(Buffer.from('7'));
  expect(() => payloadFromBytes(Buffer.from([0x0a, 0xff, 0xff]))).toThrow(RangeError);
});

test('the first key encrypts, every key decrypts, and plain text is read', async () => {
  const now = clientCodec(keys(`new:${two},old:${one}`));
  const old = await sealed(`old:${one}`);
  const [again, plain] = await now.decode([old, json(7)]);
  expect(JSON.parse(String(again?.data))).toEqual({ by: 'ann' });
  expect(plain).toEqual(json(7));
  const [fresh] = await now.encode([json(7)]);
  expect(String(fresh?.metadata?.['encryption-key-id'])).toBe('new');
  const [untouched] = await workerCodec(keys(`plain,old:${one}`)).encode([json(7)]);
  expect(untouched).toEqual(json(7));
});

test('the same value is never encrypted to the same bytes', async () => {
  expect((await sealed(`a:${one}`)).data).not.toEqual((await sealed(`a:${one}`)).data);
});

describe('what cannot be decrypted', () => {
  const broken: [string, () => Promise<Payload>, PayloadKeys, string][] = [
    ['no keys here', () => sealed(`a:${one}`), noKeys, 'the key "a", and no keys are set here'],
    ['a key that is not here', () => sealed(`a:${one}`), keys(`b:${one}`), 'does not have here (it has b)'],
    ['another key of that id', () => sealed(`a:${one}`), keys(`a:${two}`), 'that key is another one here'],
    [
      'a changed byte',
      async () => {
        const changed = await sealed(`a:${one}`);
        if (changed.data) changed.data[20]! ^= 1;
        return changed;
      },
      keys(`a:${one}`),
      'or the payload was changed',
    ],
    [
      'the id of another key of the same value',
      async () => ({
        ...(await sealed(`a:${one}`)),
        metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('b') },
      }),
      keys(`a:${one},b:${one}`),
      'or the payload was changed',
    ],
    [
      'nothing but a key id that forges lines',
      // eslint-disable-next-line @typescript-eslint/require-await -- as the others
      async () => ({
        metadata: {
          encoding: Buffer.from('binary/encrypted'),
          'encryption-key-id': Buffer.from(`\n\u202e${'x'.repeat(9_000)}`),
        },
      }),
      keys(`a:${one}`),
      String.raw`the key "\\n\\u202e`,
    ],
  ];
  test.each(broken)(
    '%s: a worker reads a value that says why, a client an error',
    async (_, sent, has, why) => {
      const [read] = await workerCodec(has).decode([await sent()]);
      const value = payloadConverter.fromPayload<{ why: string }>(read ?? {});
      expect(value.why).toContain(why);
      expect(value.why).not.toMatch(/\p{Cc}/u);
      expect(value.why.length).toBeLessThan(400);
      await expect(clientCodec(has).decode([await sent()])).rejects.toThrow(UndecryptableError);
      await expect(clientCodec(has).decode([await sent()])).rejects.toThrow(why);
      const original = await sent();
      expect(await viewerCodec(has).decode([original])).toEqual([original]);
      for (const key of [one, two]) expect(value.why).not.toContain(key.slice(0, 8));
    },
  );

  test('what names no key is of another codec, and is left to the converter', async () => {
    const other = payload('binary/encrypted', 'x'.repeat(50));
    const [read] = await workerCodec(noKeys).decode([other]);
    expect(payloadConverter.fromPayload(read ?? {})).toMatchObject({
      why: 'it has the encoding binary/encrypted, 50 bytes',
    });
    expect(await clientCodec(noKeys).decode([other])).toEqual([other]);
  });

  test('any bytes under that encoding never throw within a worker', async () => {
    const codec = workerCodec(keys(`a:${one}`));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.constantFrom('a', 'b', ''), async (data, id) => {
        const metadata = {
          encoding: Buffer.from('binary/encrypted'),
          'encryption-key-id': Buffer.from(id),
        };
        const [read] = await codec.decode([{ metadata, data }]);
        expect(payloadConverter.fromPayload(read ?? {})).toHaveProperty('why');
      }),
    );
  });
});
