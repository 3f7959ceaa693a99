/** What any client may send: payloads that no worker can read, and values that no form would make. */
import { gzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { statusQuery, verbs, type Receipt } from '../../workflows/messages.ts';
import type { rollout } from '../../workflows/rollout.ts';
import { devServer, specOf, withWorker } from '../cli/server.ts';
import { json, payload, signalRaw, startRaw } from '../support/raw.ts';
import type { World } from '../support/world.ts';

const server = devServer();

/** One worker for the whole file: what stops a rollout here stops those after it. */
let world: World;
let stop: () => Promise<void>;
beforeAll(async () => {
  await new Promise<void>((ready) => {
    const running = withWorker(server(), (made) => {
      world = made;
      ready();
      return new Promise<void>((end) => {
        stop = () => {
          end();
          return running;
        };
      });
    });
  });
});
afterAll(() => stop());

type Handle = WorkflowHandle<typeof rollout>;

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** What cannot be read, and how the reason begins. */
const unreadable: Record<string, [Payload, string]> = {
  encrypted: [payload('binary/encrypted', Buffer.alloc(48, 7)), 'the encoding binary/encrypted, 48 bytes'],
  compressed: [payload('binary/gzip', gzipSync('{}')), 'encoding binary/gzip'],
  'broken JSON': [payload('json/plain', '{"by":'), 'not valid JSON'],
  'no JSON at all': [payload('json/plain', ''), 'not valid JSON'],
  bytes: [payload('binary/plain', Buffer.from([0, 255, 1])), 'encoding binary/plain, 3 bytes'],
  'a protobuf message': [
    payload('binary/protobuf', Buffer.from([8, 1])),
    'encoding binary/protobuf, 2 bytes',
  ],
  'a protobuf message as JSON': [payload('json/protobuf', '{}'), 'encoding json/protobuf, 2 bytes'],
  'no encoding': [payload(null, '{}'), 'no encoding, 2 bytes'],
  'an empty encoding': [payload('', '{}'), 'no encoding, 2 bytes'],
  'an encoding that is no text': [
    { metadata: { encoding: Buffer.from([0xff, 0x1b, 0x5b]) }, data: Buffer.from('{}') },
    'encoding ÿ\\u001b[, 2 bytes',
  ],
  'a very long encoding': [payload('x'.repeat(5_000), ''), `encoding ${'x'.repeat(60)}… (cut, `],
  'nothing but an empty payload': [{}, 'no encoding, 0 bytes'],
  'JSON of 200,000 levels': [payload('json/plain', deep(200_000)), 'nested more than 100 levels deep'],
  'objects of 20,000 levels': [
    payload('json/plain', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)),
    'nested more than 100 levels deep',
  ],
};

/** What can be read and makes no sense: the message acts, and says what it left out. */
const odd: Record<string, Payload> = {
  'a long string': json('x'.repeat(200_000)),
  'keys of prototypes': payload(
    'json/plain',
    '{"__proto__":{"by":"eve"},"constructor":{"prototype":1},"id":{"toString":1}}',
  ),
  'an array of 10,000': json(Array.from({ length: 10_000 }, () => 'x')),
  'all parts of the wrong kind': json({ by: 7, id: [], reason: {}, gate: 'one' }),
  'texts of 100,000 characters': json({
    by: 'b'.repeat(100_000),
    id: 'i'.repeat(100_000),
    reason: 'r'.repeat(100_000),
  }),
  'texts of 50,000 characters of four bytes': json({
    by: '😀'.repeat(50_000),
    reason: '😀'.repeat(50_000),
    gate: '😀'.repeat(50_000),
  }),
  'texts of 100,000 control characters': json({
    by: '\u0001'.repeat(100_000),
    reason: '\u0000'.repeat(100_000),
  }),
  'half a character': payload('json/plain', String.raw`{"by":"\ud800","reason":"\udfff\u0000\u202e"}`),
  null: json(null),
  'a number beyond all': payload('json/plain', '1e400'),
};

const encrypted = payload('binary/encrypted', 'x');

function slug(name: string): string {
  return name.replaceAll(/\W+/g, '-');
}

async function begin(service: string): Promise<Handle> {
  const handle = server().client.workflow.getHandle<typeof rollout>(`rollout/${service}`);
  await startRaw(server().client, handle.workflowId, json(specOf(service)));
  await vi.waitFor(async () => expect((await status(handle)).phase).toBe('baking'), 30_000);
  return handle;
}

function status(handle: Handle): Promise<RolloutStatus> {
  return handle.query(statusQuery);
}

async function expectNoFailedTask(handle: Handle): Promise<void> {
  const { events } = await handle.fetchHistory();
  const failures = events?.flatMap(
    ({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [],
  );
  expect(failures).toEqual([]);
}

test('a signal with a payload that cannot be read is without effect, whatever its verb, and the next abort acts', async () => {
  const handle = await begin('unreadable');
  const sent = Object.values(unreadable).flatMap(([payload, reason]) =>
    verbs.map((verb) => ({ verb, payload, reason })),
  );
  for (const { verb, payload } of sent) await signalRaw(server().client, handle.workflowId, verb, payload);
  await signalRaw(server().client, handle.workflowId, 'abort', json({ by: 'ann' }));
  expect(await handle.result()).toMatchObject({ outcome: 'aborted', cause: 'aborted by "ann" (claimed)' });
  expect(world).toMatchObject({ canary: [], split: { weight: 0 } });
  const { messages } = await status(handle);
  expect(messages.map(({ verb, handled, text }) => ({ verb, handled, text }))).toEqual([
    ...sent.map(({ verb, reason }) => ({
      verb,
      handled: false,
      text: expect.stringContaining(reason) as string,
    })),
    { verb: 'abort', handled: true, text: expect.any(String) as string },
  ]);
  await expectNoFailedTask(handle);
});

describe('a signal that can be read and makes no sense', () => {
  test.each(Object.entries(odd))('%s: acts, keeps little, and fails no workflow task', async (name, sent) => {
    const handle = await begin(`odd-${slug(name)}`);
    await signalRaw(server().client, handle.workflowId, 'pause', sent, json('a second argument'));
    await vi.waitFor(async () => expect((await status(handle)).paused).not.toBeNull(), 20_000);
    const { messages } = await status(handle);
    expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThan(3_000);
    for (const { by, reason, text } of messages)
      expect([by, reason, text].join()).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e]/u);
    await signalRaw(server().client, handle.workflowId, 'abort');
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    await expectNoFailedTask(handle);
  });
});

describe('a message by a name that means nothing', () => {
  test('a signal is recorded without effect, whatever it carries', async () => {
    const handle = await begin('unknown');
    const names = ['rollback', '__temporal_signal', '__stack_trace', 'a\nb', 'n'.repeat(900)];
    for (const name of names) await signalRaw(server().client, handle.workflowId, name, json({ by: 'eve' }));
    await signalRaw(server().client, handle.workflowId, 'rollback', encrypted);
    await vi.waitFor(async () => expect((await status(handle)).messages).toHaveLength(6), 20_000);
    const { messages } = await status(handle);
    expect(messages.every(({ handled }) => !handled)).toBe(true);
    expect(messages[0]?.verb).toBe('rollback');
    expect(messages[0]?.text).toContain('expected one of pause, resume, approve');
    expect(messages[3]?.verb).toBe(String.raw`a\nb`);
    expect(messages[4]?.verb.length).toBeLessThan(150);
    await handle.signal('abort');
    expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
    await expectNoFailedTask(handle);
  });

  test('an update is rejected, and one that cannot be read is without effect', async () => {
    const handle = await begin('updates');
    await expect(handle.executeUpdate('rollback', { args: [{}] })).rejects.toThrow();
    await expect(handle.executeUpdate('__temporal_update', { args: [] })).rejects.toThrow();
    const receipt = await updateRaw(handle, 'abort', encrypted);
    expect(receipt.handled).toBe(false);
    expect(receipt.text).toContain('binary/encrypted');
    expect((await status(handle)).phase).toBe('baking');
    expect(await handle.executeUpdate('abort', { args: [{ by: 'ann' }] })).toMatchObject({ handled: true });
    await handle.result();
    await expectNoFailedTask(handle);
  });
});

async function updateRaw(handle: Handle, name: string, sent: Payload): Promise<Receipt> {
  const { outcome } = await server().client.workflowService.updateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: handle.workflowId },
    request: {
      meta: { updateId: `raw ${name}`, identity: 'raw' },
      input: { name, args: { payloads: [sent] } },
    },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- completed
    waitPolicy: { lifecycleStage: 3 },
  });
  return JSON.parse(Buffer.from(outcome?.success?.payloads?.[0]?.data ?? []).toString()) as Receipt;
}

describe('a start', () => {
  const specs: [string, Payload[], string][] = [
    ...Object.entries(unreadable).map(([name, [sent, reason]]): [string, Payload[], string] => [
      name,
      [sent],
      reason,
    ]),
    ['a string', [json('x')], ''],
    ['nothing', [], ''],
    ['null', [json(null)], ''],
  ];
  test.each(specs)('with %s for a spec is refused before any effect', async (name, sent, reason) => {
    await expectNothingDone(`start-${slug(name)}`, sent, reason);
  });

  const second: [string, Payload][] = [
    ['a forged state', json({ plan: {}, state: { status: {}, fence: { epoch: 9e15, number: 1 } } })],
    ['one of a version to come', json({ version: 99, plan: {}, state: {} })],
    ['an empty object', json({})],
    ['a number', json(7)],
    ['an encrypted one', encrypted],
    ['one of 200,000 levels', payload('json/plain', deep(200_000))],
  ];
  test.each(second)('with a second argument (%s) is refused before any effect', async (name, sent) => {
    const service = `second-${slug(name)}`;
    await expectNothingDone(service, [json(specOf(service)), sent], 'takes one argument');
  });

  test('with a third argument is refused, and with empty ones after the spec is not', async () => {
    const { client } = server();
    const spec = json(specOf('third'));
    await expectNothingDone('third', [spec, payload('binary/null', ''), json({})], 'takes one argument');
    const handle = client.workflow.getHandle<typeof rollout>('rollout/third');
    await startRaw(client, handle.workflowId, spec, json(null), payload('binary/null', ''));
    await vi.waitFor(async () => expect((await status(handle)).phase).toBe('baking'), 30_000);
    await handle.signal('abort');
    await handle.result();
  });

  test.each(['', 's'.repeat(900), 'a\u0001b\u202e\n'])(
    'for the service %j, with a version of thousands of odd characters, ends refused',
    async (service) => {
      const spec = { ...specOf('x'), version: 'v\u0000\ud800\u202e'.repeat(1_300) };
      const handle = await expectNothingDone(service, [json(spec)], '');
      expect((await status(handle)).version.length).toBeLessThanOrEqual(255);
    },
  );
});

async function expectNothingDone(service: string, sent: Payload[], reason: string): Promise<Handle> {
  const handle = server().client.workflow.getHandle<typeof rollout>(`rollout/${service}`);
  const before = [...world.effects];
  await startRaw(server().client, handle.workflowId, ...sent);
  const failure = await handle.result().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.cause : error),
  );
  expect(failure).toMatchObject({ type: 'SpecRefused' });
  expect((failure as Error).message).toContain(reason);
  expect(world.effects).toEqual(before);
  await expectNoFailedTask(handle);
  return handle;
}
