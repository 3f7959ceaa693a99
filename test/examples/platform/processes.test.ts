import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axios from 'axios';
import { expect, onTestFinished, test } from 'vitest';
import { startPlatform, type RunningCopy } from '../../support/platform.ts';
import { contractClient, patience } from './contract-client.ts';

/** Nobody listens where these copies did. */
async function gone(copies: RunningCopy[]): Promise<boolean> {
  const answers = await Promise.allSettled(copies.map(({ url }) => axios.get(url)));
  return answers.every(
    ({ status, ...rest }) => status === 'rejected' && JSON.stringify(rest).includes('ECONNREFUSED'),
  );
}

test('notices a copy that was killed, and replaces it at the next effect', async () => {
  const platform = await startPlatform({ copies: 2 });
  const { effect, check, until } = contractClient(platform.url);
  await effect({ call: 'deploy', scope: 'canary', share: 50 });
  await until('canary', '14.1.1');
  await effect({ call: 'split', weight: 100, audience: null });

  const canary = (await platform.copies()).find(({ track }) => track === 'canary');
  process.kill(canary!.pid, 'SIGKILL');
  await until('canary', null);
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.0'] });
  expect((await axios.get(platform.front)).headers['x-track']).toBe('stable');

  await effect({ call: 'deploy', scope: 'canary', share: 50 });
  await until('canary', '14.1.1');

  const [stable] = await platform.copies();
  process.kill(stable!.pid, 'SIGKILL');
  await expect.poll(() => check('stable'), patience).toMatchObject({ alive: false, versions: ['14.1.0'] });
});

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('leaves no copy behind at %s', async (signal) => {
  const platform = await startPlatform({ copies: 3 });
  const { effect, until } = contractClient(platform.url);
  await effect({ call: 'deploy', scope: 'canary', share: 50 });
  await until('canary', '14.1.1');
  const copies = await platform.copies();
  expect(copies).toHaveLength(5);
  expect(await gone(copies)).toBe(false);
  await platform.kill(signal);
  await expect.poll(() => gone(copies), patience).toBe(true);
});

test('takes up again what ran, the split and the fence after a restart', async () => {
  const platform = await startPlatform({ copies: 2 });
  const { effect, check, read, until } = contractClient(platform.url);
  const audience = { cookie: { name: 'beta', value: 'yes' } };
  await effect({ call: 'deploy', scope: 'canary', share: 100 });
  await until('canary', '14.1.1');
  await effect({ call: 'split', weight: 25, audience, fence: { epoch: 1, number: 50 } });
  const calls = await platform.calls();

  const before = platform.pid();
  await platform.kill('SIGKILL');
  await platform.restart();
  expect(platform.pid()).not.toBe(before);
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.0'] });
  expect(await check('canary')).toMatchObject({ alive: true, versions: ['14.1.1'] });
  expect((await platform.copies()).filter(({ track }) => track === 'canary')).toHaveLength(2);
  expect(await read()).toEqual({ weight: 25, audience });
  expect((await effect({ call: 'remove', fence: { epoch: 1, number: 49 } })).status).toBe(409);
  expect((await platform.calls()).slice(0, calls.length)).toEqual(calls);
});

test('finishes a promotion that a restart interrupted', async () => {
  const platform = await startPlatform({ copies: 3 });
  const { effect, check, until } = contractClient(platform.url);
  await effect({ call: 'promote' });
  await platform.kill('SIGKILL');
  await platform.restart();
  await until('stable', '14.1.1');
  // It is over: taking the canary away now leaves the new version.
  await effect({ call: 'remove' });
  expect(await check('stable')).toMatchObject({ alive: true, versions: ['14.1.1'] });
});

test('finishes a take-back that a restart interrupted', async () => {
  const platform = await startPlatform({ copies: 2 });
  const { effect, until } = contractClient(platform.url);
  await effect({ call: 'deploy', scope: 'canary', share: 5 });
  await until('canary', '14.1.1');
  await effect({ call: 'remove' });
  await platform.kill('SIGKILL');
  await platform.restart();
  await until('canary', null);
  await until('stable', '14.1.0');
});

test.each([
  ['a stable version that does not start', '14.1.1-tls', null, /stable does not start/],
  ['a version that there is not', '1.0', null, /no version 1.0 here: there are 14.1.0, /],
  ['a state that is none', '14.1.0', '{"stable":', /state.json is no state of this platform/],
])('does not start with %s', async (_what, stable, state, error) => {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-platform-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  if (state !== null) await writeFile(join(directory, 'state.json'), state);
  const options = ['--port', '0', '--front-port', '0', '--directory', directory, '--stable', stable];
  const main = 'examples/platform/main.ts';
  const start = promisify(execFile)(process.execPath, ['--import', 'tsx', main, ...options]);
  await expect(start).rejects.toThrow(error);
});
