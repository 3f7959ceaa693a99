import axios from 'axios';
import { expect, test, vi } from 'vitest';
import { startTraffic } from '../../../examples/platform/traffic.ts';
import { startPlatform } from '../../support/platform.ts';
import { contractClient, patience } from './contract-client.ts';

test('runs a release from deploy to promoted, and records every call', async () => {
  const platform = await startPlatform();
  const { effect, check, until } = contractClient(platform.url);
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.0'], fence: true });
  expect(await check('canary')).toEqual({ alive: false, versions: [], fence: true });

  expect((await effect({ call: 'deploy', scope: 'canary', share: 5 })).status).toBe(202);
  await until('canary', '14.1.1');
  await effect({ call: 'split', weight: 100, audience: null });
  await effect({ call: 'promote', scope: 'all' });
  await until('stable', '14.1.1');
  await effect({ call: 'remove', scope: 'canary' });
  await until('canary', null);
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.1'] });

  const effects = (await platform.calls()).filter(({ method }) => method === 'POST');
  expect(effects.map(({ asked, status }) => [(asked as { call: string }).call, status])).toEqual([
    ['deploy', 202],
    ['split', 202],
    ['promote', 202],
    ['remove', 202],
  ]);
});

test('sizes the canary by the share of stable’s copies, up and down, without losing a request', async () => {
  const platform = await startPlatform({ copies: 4 });
  const { effect, until } = contractClient(platform.url);
  const canaries = async (): Promise<number> =>
    (await platform.copies()).filter(({ track, state }) => track === 'canary' && state === 'serving').length;

  await effect({ call: 'deploy', scope: 'canary', share: 1 });
  await until('canary', '14.1.1');
  await effect({ call: 'split', weight: 50, audience: null });
  const traffic = startTraffic(platform.front, 150);
  for (const [share, copies] of [
    [1, 1],
    [51, 3],
    [100, 4],
    [25, 1],
  ] as const) {
    await effect({ call: 'deploy', scope: 'canary', share });
    await expect.poll(canaries, patience).toBe(copies);
    await until('canary', '14.1.1');
  }
  await traffic.stop();
  expect(traffic.seen().byTrack['canary']?.requests).toBeGreaterThan(0);
  expect(traffic.seen().errors).toBe(0);
});

test('replaces stable copy by copy without losing a request', async () => {
  const platform = await startPlatform({ copies: 3 });
  const { effect, check, until } = contractClient(platform.url);
  const traffic = startTraffic(platform.front, 150);
  await effect({ call: 'promote', scope: 'all' });
  const seen = new Set<string>();
  await expect
    .poll(async () => {
      const { versions } = await check('stable');
      seen.add(versions.join(' and '));
      return versions;
    }, patience)
    .toEqual(['14.1.1']);
  await until('stable', '14.1.1');
  await traffic.stop();
  expect(seen).toContain('14.1.0 and 14.1.1');
  expect(traffic.seen().errors).toBe(0);
});

test('refuses an effect that was overtaken, and welcomes a repeated one', async () => {
  const platform = await startPlatform({ copies: 1 });
  const { effect, until, read } = contractClient(platform.url);
  const deploy = { call: 'deploy', scope: 'canary', share: 5 };
  await effect({ ...deploy, fence: { epoch: 200, number: 1 } });
  await effect({ ...deploy, fence: { epoch: 200, number: 1 } });
  await until('canary', '14.1.1');
  await effect({ call: 'remove', fence: { epoch: 200, number: 2 } });
  await until('canary', null);

  const late = await effect({ ...deploy, fence: { epoch: 200, number: 1 } });
  expect(late.status).toBe(409);
  expect(late.data).toEqual({ error: 'the fence 200/1 is older than the last one, 200/2' });
  const earlier = { call: 'split', weight: 100, audience: null, fence: { epoch: 100, number: 9 } };
  expect((await effect(earlier)).status).toBe(409);
  expect((await effect({ ...earlier, service: 'another' })).status).toBe(202);
  await effect({ call: 'split', weight: 0, audience: null, fence: { epoch: 300, number: 1 } });
  expect(await read()).toEqual({ weight: 0, audience: null });
  await until('canary', null);
});

test('takes a promotion back that is under way when the canary is removed', async () => {
  const platform = await startPlatform({ copies: 3 });
  const { effect, check, until } = contractClient(platform.url);
  await effect({ call: 'promote' });
  await expect.poll(async () => (await check('stable')).versions, patience).toContain('14.1.1');
  await effect({ call: 'remove' });
  await until('stable', '14.1.0');
  await until('canary', null);
});

test('lets the newest deploy win over one that is still starting', async () => {
  const platform = await startPlatform({ copies: 1 });
  const { effect, until } = contractClient(platform.url);
  await effect({ call: 'deploy', version: '14.1.1', scope: 'canary', share: 5 });
  await effect({ call: 'deploy', version: '14.1.1-htm', scope: 'canary', share: 5 });
  await until('canary', '14.1.1-htm');
  await effect({ call: 'deploy', version: '14.1.1', scope: 'canary', share: 5 });
  await effect({ call: 'remove' });
  await until('canary', null);
});

test('says that a version that cannot start is not alive, and keeps stable', async () => {
  const platform = await startPlatform({ copies: 2 });
  const { effect, check, until } = contractClient(platform.url);
  await effect({ call: 'deploy', version: '14.1.1-tls', scope: 'canary', share: 5 });
  await until('canary', null);
  const why = 'a copy of 14.1.1-tls ended with exit code 1';
  await vi.waitFor(
    async () => expect(await check('canary')).toMatchObject({ alive: false, failed: why }),
    20_000,
  );
  await effect({ call: 'promote', version: '14.1.1-tls' });
  await until('stable', '14.1.0');
  await effect({ call: 'remove', version: '14.1.1-tls' });
  await until('stable', '14.1.0');
  await vi.waitFor(
    async () => expect(await check('canary')).toMatchObject({ alive: false, versions: [] }),
    20_000,
  );
});

test('serves a first release', async () => {
  const platform = await startPlatform({ stable: null, copies: 2 });
  const { effect, check, until } = contractClient(platform.url);
  expect(await check('stable')).toEqual({ alive: false, versions: [], fence: true });
  await effect({ call: 'deploy', stable: null, scope: 'canary', share: 100 });
  await until('canary', '14.1.1');
  await effect({ call: 'promote', stable: null });
  await until('stable', '14.1.1');
  await effect({ call: 'remove', stable: null });
  await until('canary', null);
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.1'] });
});

test('does without promote and remove: a deploy to all ends the canary', async () => {
  const platform = await startPlatform({ copies: 2 });
  const { effect, until } = contractClient(platform.url);
  const ask = async (path: string): Promise<unknown> =>
    (await axios.get<unknown>(`${platform.control}${path}`, { validateStatus: null })).data;
  expect(await ask('/test')).toEqual({ alive: false });
  expect(await ask('/monitor')).toEqual({ status: 'no canary answers' });
  await effect({ call: 'deploy', scope: 'canary', share: 1 });
  await until('canary', '14.1.1');
  expect(await ask('/test')).toEqual({ alive: true });
  expect(await ask('/monitor')).toEqual({ status: 'ok' });
  await effect({ call: 'deploy', scope: 'all' });
  await until('stable', '14.1.1');
  await until('canary', null);
});
