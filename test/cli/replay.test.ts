/** `coalmine replay`, on rollouts of a real dev server. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterEach, expect, test, vi } from 'vitest';
import { Rollouts } from '../../src/client.ts';
import { clientCodec } from '../../src/payloads/codec.ts';
import { parsePayloadKeys } from '../../src/payloads/keys.ts';
import { version } from '../../src/version.ts';
import type { Replayed } from '../../src/worker/replay.ts';
import { coalmine } from './coalmine.ts';
import { devServer, gated, specOf, withWorker } from './server.ts';

const server = devServer();

function replay(args: string[] = [], env: Record<string, string> = {}) {
  return coalmine(['replay', ...args], { TEMPORAL_ADDRESS: server().address, ...env });
}

function keyText(): string {
  return `a:${randomBytes(32).toString('base64')}`;
}

function rollouts(keys?: string): Rollouts {
  const payloadCodecs = keys === undefined ? [] : [clientCodec(parsePayloadKeys(keys).keys)];
  return new Rollouts(new Client({ connection: server().connection, dataConverter: { payloadCodecs } }));
}

/** Runs a rollout until it is in this phase, and leaves it open without a worker. */
async function leave(service: string, phase: string, env: Record<string, string> = {}): Promise<void> {
  const there = rollouts(env['COALMINE_PAYLOAD_KEYS']);
  await withWorker(
    server(),
    async () => {
      await there.start(specOf(service, phase === 'waiting' ? gated : undefined));
      await vi.waitFor(async () => {
        const answer = await there.status(service);
        expect(answer.kind === 'full' && answer.status.phase).toBe(phase);
      }, 60_000);
    },
    env,
  );
}

/** Begins a rollout on a worker whose workflow code is not this version's. */
async function begunElsewhere(service: string): Promise<void> {
  const { client, nativeConnection } = server();
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue: 'coalmine',
    workflowsPath: fileURLToPath(new URL('../support/earlier-rollout.ts', import.meta.url)),
  });
  await worker.runUntil(async () => {
    await rollouts().start(specOf(service));
    await vi.waitFor(async () => {
      const { events } = await client.workflow.getHandle(`rollout/${service}`).fetchHistory();
      expect(events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes)).toBe(true);
    }, 60_000);
  });
}

/** Every open rollout, as the list of the server has it by now. */
async function opened(...services: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const names: string[] = [];
    for await (const { service } of rollouts().list()) names.push(service);
    expect(names.sort()).toEqual(services.sort());
  }, 30_000);
}

afterEach(async () => {
  for await (const { workflowId } of server().client.workflow.list({ query: 'CloseTime IS NULL' }))
    await server().client.workflow.getHandle(workflowId).terminate();
  await opened();
});

test('says so where no rollout is open', async () => {
  const { code, stdout, stderr } = await replay();
  expect(stdout).toBe(
    `No rollout is open: nothing keeps the workers from being upgraded to Coalmine ${version}.\n`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('rollouts that this version can go on with are listed with their events, also one that no worker has taken', async () => {
  await leave('shop', 'baking');
  await leave('cart', 'waiting');
  await rollouts().start(specOf('fresh'));
  await opened('shop', 'cart', 'fresh');
  const { code, stdout, stderr } = await replay();
  expect(stdout).toMatch(/^✓ shop: \d+ events replayed$/m);
  expect(stdout).toMatch(/^✓ cart: \d+ events replayed$/m);
  expect(stdout).toMatch(/^✓ fresh: 2 events replayed$/m);
  expect(stdout).toMatch(/^3 open rollouts can go on with Coalmine /m);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('a rollout begun by other workflow code is named with the reason, and the others are still replayed', async () => {
  await leave('shop', 'baking');
  await begunElsewhere('cart');
  await leave('desk', 'baking');
  await opened('shop', 'cart', 'desk');
  const { code, stdout, stderr } = await replay();
  expect(stdout).toMatch(/^✓ shop: /m);
  expect(stdout).toMatch(/^✗ cart: \[TMPRL1100\] Nondeterminism error: [^"]+$/m);
  expect(stdout).toMatch(/^✓ desk: /m);
  expect(stdout).toContain('1 of 3 open rollouts cannot go on with');
  expect({ code, stderr }).toEqual({ code: 10, stderr: '' });

  const json = await replay(['--json']);
  const lines = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Replayed);
  expect(lines.map(({ rollout, problem }) => [rollout, problem === null]).sort()).toEqual([
    ['rollout/cart', false],
    ['rollout/desk', true],
    ['rollout/shop', true],
  ]);
  expect(json.code).toBe(10);
});

test('an encrypted rollout is replayed with its keys, and without them its payloads are the problem', async () => {
  const keys = { COALMINE_PAYLOAD_KEYS: keyText() };
  await leave('safe', 'baking', keys);
  await opened('safe');
  const decrypted = await replay([], keys);
  expect(decrypted).toMatchObject({ code: 0, stderr: '' });
  expect(decrypted.stdout).toMatch(/^✓ safe: /);
  const without = await replay();
  expect(without).toMatchObject({ code: 10, stderr: '' });
  expect(without.stdout).toMatch(/^✗ safe: .* cannot be read: .*COALMINE_PAYLOAD_KEYS/);
});
