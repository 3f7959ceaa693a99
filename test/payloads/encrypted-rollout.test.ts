/** Rollouts whose payloads are encrypted, read and talked to by Coalmine and, through the codec server, by the temporal CLI. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { lookAtKeys } from '../../src/doctor/grants.ts';
import { serveCodec } from '../../src/payloads/codec-server.ts';
import { clientCodec, viewerCodec } from '../../src/payloads/codec.ts';
import { parsePayloadKeys } from '../../src/payloads/keys.ts';
import type { RolloutStatus } from '../../src/domain/status.ts';
import { statusQuery } from '../../workflows/messages.ts';
import { coalmine, emptyDirectory, fileWith, finished, launch, type Finished } from '../cli/coalmine.ts';
import { devServer, specOf, withWorker } from '../cli/server.ts';
import { json, signalRaw, startRaw } from '../support/raw.ts';

const server = devServer();
const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const keys = { COALMINE_PAYLOAD_KEYS: `k2:${key(2)},k1:${key(1)}` };

function run(args: string[], env: Record<string, string> = keys): Promise<Finished> {
  return coalmine(args, { TEMPORAL_ADDRESS: server().address, ...env });
}

/** The client that reads what only these keys can read. */
function client(text = keys.COALMINE_PAYLOAD_KEYS): Client {
  const dataConverter = { payloadCodecs: [clientCodec(parsePayloadKeys(text).keys)] };
  return new Client({ connection: server().connection, dataConverter });
}

async function codecServer(): Promise<string> {
  const serving = launch(['codec-server', '--port', '0', '--json'], keys, await emptyDirectory());
  const [line] = (await Promise.race([once(serving.stdout, 'data'), once(serving, 'exit')])) as [Buffer];
  return (JSON.parse(String(line)) as { url: string }).url;
}

async function temporal(endpoint: string, ...args: string[]): Promise<string> {
  const options = ['--address', server().address, '--codec-endpoint', endpoint, '--command-timeout', '20s'];
  const { stdout } = await promisify(execFile)(inject('temporal'), ['workflow', ...args, ...options], {
    env: { HOME: await emptyDirectory() },
  });
  return stdout;
}

async function baking(handle: WorkflowHandle): Promise<void> {
  await vi.waitFor(async () => {
    const { phase } = await handle.query<RolloutStatus>(statusQuery.name);
    expect(phase).toBe('baking');
  }, 30_000);
}

interface Stored {
  metadata?: { encoding?: string };
  data?: string;
}

/** What the server has of a run: all of it, payloads as text, and the payloads that are in plain text there. */
async function asStored(workflowId: string): Promise<{ text: string; plain: string[] }> {
  const handle = server().client.workflow.getHandle(workflowId);
  const stored = [(await handle.fetchHistory()).events, (await handle.describe()).raw];
  const plain: string[] = [];
  const text = JSON.stringify(JSON.parse(JSON.stringify(stored)), (name: string, value: unknown) => {
    // The server finds rollouts by the first two; the third is Temporal's own: the names of `patched()`.
    if (['searchAttributes', 'indexedFields', 'markerRecordedEventAttributes'].includes(name))
      return undefined;
    if (typeof value !== 'object' || value === null) return value;
    const { metadata, data } = value as Stored;
    if (metadata?.encoding === undefined) return value;
    const read = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');
    if (read(metadata.encoding) !== 'binary/encrypted') plain.push(read(data ?? ''));
    return { encoding: read(metadata.encoding), text: read(data ?? '') };
  });
  return { text, plain };
}

test('a rollout is started, read and aborted through encrypted payloads, and the history has no plain text', async () => {
  await withWorker(
    server(),
    async (world) => {
      const started = await run(['start', await fileWith(JSON.stringify(specOf('sealed')))]);
      expect(started).toMatchObject({ code: 0 });
      const handle = client().workflow.getHandle('rollout/sealed');
      await baking(handle);
      const said = { by: 'ann', reason: 'private-reason' };
      expect(await new Rollouts(client()).pause('sealed', said)).toMatchObject({ handled: true });
      expect((await run(['status', 'sealed'])).stdout).toContain('private-reason');
      expect((await asStored('rollout/sealed')).plain).toEqual([]);

      const codec = await codecServer();
      const about = ['--workflow-id', 'rollout/sealed'];
      const [story, answer, metadata] = await Promise.all([
        temporal(codec, 'show', ...about, '--output', 'json'),
        temporal(codec, 'query', ...about, '--name', 'status', '--output', 'json'),
        temporal(codec, 'metadata', ...about),
      ]);
      expect(story).not.toContain(Buffer.from('binary/encrypted').toString('base64'));
      expect(answer).toContain('private-reason');
      expect(metadata).toContain('private-reason');

      const input = '{"by":"ben","reason":"through the codec server"}';
      await temporal(codec, 'signal', ...about, '--name', 'abort', '--input', input);
      expect(await handle.result()).toMatchObject({
        cause: 'aborted by "ben" (claimed): through the codec server',
      });
      expect(world).toMatchObject({ canary: [], split: { weight: 0 } });
      for (const text of await Promise.all([
        temporal(codec, 'result', ...about),
        temporal(codec, 'show', ...about),
      ]))
        expect(text).toContain('aborted by');

      const { text, plain } = await asStored('rollout/sealed');
      expect(text).toContain('binary/encrypted');
      expect(plain).toEqual([]);
      for (const secret of ['private-reason', 'through the codec', '127.0.0.1:9', 'aborted by'])
        expect(text).not.toContain(secret);
    },
    keys,
  );
});

test('messages in plain text, with an older key, and with a key that is not known: each is read or recorded, and none blocks', async () => {
  await withWorker(
    server(),
    async () => {
      await startRaw(server().client, 'rollout/mixed', json(specOf('mixed')));
      const handle = client().workflow.getHandle('rollout/mixed');
      await baking(handle);
      const stranger = client(`k9:${key(9)}`).workflow.getHandle('rollout/mixed');
      const impostor = client(`k2:${key(9)}`).workflow.getHandle('rollout/mixed');
      const older = client(`k1:${key(1)}`).workflow.getHandle('rollout/mixed');
      await stranger.signal('abort', { by: 'eve' });
      await impostor.signal('abort', { by: 'eve' });
      await older.signal('pause', { by: 'ann' });
      await signalRaw(server().client, 'rollout/mixed', 'resume', json({ by: 'bob' }));
      await vi.waitFor(async () => {
        const { messages } = await handle.query<RolloutStatus>(statusQuery.name);
        expect(messages.map(({ verb, handled }) => [verb, handled])).toEqual([
          ['abort', false],
          ['abort', false],
          ['pause', true],
          ['resume', true],
        ]);
        expect(messages[0]?.text).toContain('the key "k9", which COALMINE_PAYLOAD_KEYS does not have here');
        expect(messages[1]?.text).toContain('cannot be decrypted with the key "k2"');
      }, 20_000);

      const status = await run(['status', 'mixed'], {});
      expect(status).toMatchObject({ code: 2, stdout: '' });
      expect(status.stderr).toContain('it is encrypted with the key "k2", and no keys are set here');
      const abort = await run(['abort', 'mixed'], {});
      expect(abort).toMatchObject({ code: 0, stderr: '' });
      expect(abort.stdout).toContain(
        'The rollout has answered. A payload of the Temporal server cannot be read',
      );
      expect(await handle.result()).toMatchObject({ outcome: 'aborted' });
      expect((await asStored('rollout/mixed')).text).not.toContain('workflowTaskFailed');
    },
    keys,
  );
});

test('the text of failures is encrypted: of an activity, and of the workflow', async () => {
  await withWorker(
    server(),
    async (world) => {
      world.fail('deploy', 'refused');
      await new Rollouts(client()).start(specOf('failing'));
      const handle = client().workflow.getHandle('rollout/failing');
      expect(await handle.result()).toMatchObject({
        cause: expect.stringContaining('deploy answered 404') as string,
      });
      const ofActivity = await asStored('rollout/failing');
      expect(ofActivity.text).toContain('Encoded failure');
      expect(ofActivity.text).not.toContain('answered 404');

      await new Rollouts(client()).start({ ...specOf('refused'), every: 'private-word' });
      await expect(new Rollouts(client()).result('refused')).rejects.toThrow('private-word');
      const ofWorkflow = await asStored('rollout/refused');
      expect(ofWorkflow.text).toContain('Encoded failure');
      expect(ofWorkflow.text).not.toContain('private-word');
    },
    keys,
  );
});

test('the codec server answers listed origins and small requests, and refuses others', async () => {
  const origins = ['http://localhost:8233'];
  const { keys: parsed } = parsePayloadKeys(keys.COALMINE_PAYLOAD_KEYS);
  const { url: codec, close } = await serveCodec(
    { host: '127.0.0.1', port: 0, origins },
    viewerCodec(parsed),
  );
  onTestFinished(close);
  const ask = (path: string, init: RequestInit): Promise<Response> => fetch(codec + path, init);
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, { method: 'POST', body, headers });
  const body = JSON.stringify({ payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'Nw==' }] });

  const encoded = await (await post('/encode', body)).text();
  expect(encoded).toContain(Buffer.from('binary/encrypted').toString('base64'));
  expect(await (await post('/decode', encoded)).json()).toEqual(JSON.parse(body));

  const known = { origin: 'http://localhost:8233' };
  const preflight = await ask('/decode', { method: 'OPTIONS', headers: known });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:8233');
  expect((await post('/decode', encoded, known)).headers.get('access-control-allow-origin')).toBe(
    known.origin,
  );
  for (const origin of ['https://evil.example', 'null', 'http://localhost:8233.evil.example', codec]) {
    const refused = await post('/decode', encoded, { origin });
    expect(refused.status, origin).toBe(403);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(await refused.text()).not.toContain('payloads');
  }

  for (const bad of ['', '[]', '{"payloads":7}', '{"payloads":[7]}', '{"payloads":[{"data":7}]}', 'null'])
    expect((await post('/decode', bad)).status, bad).toBe(400);
  expect((await post('/decode', '{}')).status).toBe(200);
  expect((await post('/elsewhere', body)).status).toBe(404);
  expect((await ask('/decode', {})).status).toBe(405);
  const large = await post('/decode', 'x'.repeat(17 * 1024 * 1024)).catch(() => null);
  expect(large?.status ?? 413).toBe(413);
  expect((await post('/encode', body)).status).toBe(200);
});

test('the codec server starts with keys only, ends on a signal, and says where it listens', async () => {
  expect(await coalmine(['codec-server'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('COALMINE_PAYLOAD_KEYS is not set') as string,
  });
  const serving = launch(['codec-server', '--port', '0'], keys, await emptyDirectory());
  serving.stdout.once('data', () => serving.kill('SIGTERM'));
  const { code, stdout } = await finished(serving);
  expect(code).toBe(0);
  expect(stdout).toContain(
    'temporal workflow show --workflow-id rollout/SERVICE --codec-endpoint http://127.0.0.1:',
  );
  expect(stdout).not.toContain(key(2).slice(0, 8));
});

test('doctor says what is wrong with the keys, without them', async () => {
  const wrong = await run(['doctor'], { COALMINE_PAYLOAD_KEYS: key(3) });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('COALMINE_PAYLOAD_KEYS: entry 1 of 1 has no colon');
  expect(wrong.stderr).not.toContain(key(3));
  const payloadKeys = parsePayloadKeys(keys.COALMINE_PAYLOAD_KEYS).keys;
  expect(lookAtKeys({ payloadKeys })[0]?.text).toContain(
    'encrypts payloads with the key k2, and decrypts those of k2, k1',
  );
});
