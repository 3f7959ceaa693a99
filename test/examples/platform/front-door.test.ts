import axios from 'axios';
import { describe, expect, test } from 'vitest';
import { startTraffic, startVisitors } from '../../../examples/platform/traffic.ts';
import { startPlatform, type RunningCopy, type RunningPlatform } from '../../support/platform.ts';
import { contractClient, patience, type ContractClient } from './contract-client.ts';

/** Both versions run, and stable has all the traffic. */
async function withCanary(
  version = '14.1.1',
  { copies = 2, splitBy = 'request' }: { copies?: number; splitBy?: 'request' | 'user' } = {},
): Promise<RunningPlatform & ContractClient> {
  const platform = await startPlatform({ copies, splitBy });
  const client = contractClient(platform.url);
  await client.effect({ call: 'deploy', version, scope: 'canary', share: 50 });
  await client.until('canary', version);
  return { ...platform, ...client };
}

/** Tracks of the answers to so many requests. */
async function tracksOf(front: string, count: number, headers = {}, path = '/'): Promise<string[]> {
  const answers = Array.from({ length: count }, () => axios.get(`${front}${path}`, { headers }));
  return (await Promise.all(answers)).map((answer) => String(answer.headers['x-track']));
}

test('splits live traffic by weight', async () => {
  const { effect, read, front, stats } = await withCanary();
  expect(await tracksOf(front, 100)).not.toContain('canary');

  await effect({ call: 'split', weight: 25, audience: null });
  expect(await read()).toEqual({ weight: 25, audience: null });
  const tracks: string[] = [];
  for (let round = 0; round < 20; round += 1) tracks.push(...(await tracksOf(front, 100)));
  const share = tracks.filter((track) => track === 'canary').length / 20;
  // Six standard deviations: 2,000 requests at 25% have one of 0.97%.
  expect(share).toBeGreaterThan(19);
  expect(share).toBeLessThan(31);
  expect((await stats('canary')).requests + (await stats('stable')).requests).toBe(2100);

  await effect({ call: 'split', weight: 100, audience: null });
  expect(new Set(await tracksOf(front, 100))).toEqual(new Set(['canary']));
});

test('sends an audience to the canary, and nobody else', async () => {
  const { effect, read, front } = await withCanary();
  const audience = { header: { name: 'x-canary', value: '1' }, path: '/menu' };
  await effect({ call: 'split', weight: 0, audience });
  expect(await read()).toEqual({ weight: 0, audience });
  expect(new Set(await tracksOf(front, 20, { 'x-canary': '1' }, '/menu'))).toEqual(new Set(['canary']));
  expect(new Set(await tracksOf(front, 20, { 'x-canary': '1' }))).toEqual(new Set(['stable']));
  expect(new Set(await tracksOf(front, 20, {}, '/menu'))).toEqual(new Set(['stable']));
});

test('goes round the copies of a track', async () => {
  const { front, copies } = await startPlatform({ copies: 3 });
  const [first, second] = await copies();
  const stopped = [first!.pid, second!.pid];
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  let answered = 0;
  const all = Promise.all(Array.from({ length: 30 }, () => axios.get(front).then(() => (answered += 1))));
  await expect.poll(() => answered, patience).toBe(10);
  for (const pid of stopped) process.kill(pid, 'SIGCONT');
  await all;
});

test('answers 502 for a copy that dies, and counts an error', async () => {
  const { front, copies, stats } = await startPlatform({ copies: 1 });
  const [copy] = await copies();
  process.kill(copy!.pid, 'SIGSTOP');
  const answer = axios.get<string>(front, { validateStatus: null });
  await expect.poll(async () => (await copies())[0]!.open, patience).toBe(1);
  process.kill(copy!.pid, 'SIGKILL');
  expect((await answer).status).toBe(502);
  expect(await stats('stable')).toMatchObject({ requests: 1, errors: 1 });
});

test('lets a copy finish its open requests before it ends', async () => {
  const { effect, check, until, copies, front } = await withCanary();
  await effect({ call: 'split', weight: 100, audience: null });
  const canary = async (): Promise<RunningCopy> => (await copies()).find(({ track }) => track === 'canary')!;
  const { pid } = await canary();
  process.kill(pid, 'SIGSTOP');
  const answer = axios.get(front);
  await expect.poll(async () => (await canary()).open, patience).toBe(1);
  await effect({ call: 'remove' });
  expect(await check('canary')).toEqual({ alive: false, versions: ['14.1.1'], fence: true });
  process.kill(pid, 'SIGCONT');
  expect((await answer).headers['x-track']).toBe('canary');
  await until('canary', null);
});

test('never chooses a canary that is gone', async () => {
  const { effect, read, until, front } = await withCanary();
  await effect({ call: 'split', weight: 100, audience: null });
  await effect({ call: 'remove' });
  expect(await read()).toEqual({ weight: 0, audience: null });
  // A split that comes later all the same finds nobody to send to.
  await effect({ call: 'split', weight: 100, audience: null });
  expect(new Set(await tracksOf(front, 50))).toEqual(new Set(['stable']));
  await until('canary', null);
});

test('counts what users saw of a version that answers some requests wrongly', async () => {
  const { effect, check, front, stats, control } = await withCanary('14.1.1-htm');
  const { url } = await check('canary');
  expect((await axios.get(url!)).status).toBe(200);

  await effect({ call: 'split', weight: 50, audience: null });
  const traffic = startTraffic(front, 200);
  await expect.poll(() => traffic.seen().byTrack['canary']?.errors ?? 0, patience).toBeGreaterThan(20);
  await traffic.stop();

  const { requests, errors, byVersion } = traffic.seen();
  const [stable, canary] = [await stats('stable'), await stats('canary')];
  expect(byVersion['14.1.0']).toEqual({ requests: stable.requests, errors: 0 });
  expect(byVersion['14.1.1-htm']).toEqual({ requests: canary.requests, errors: canary.errors });
  expect(canary.versions).toEqual({ '14.1.1-htm': byVersion['14.1.1-htm'] });
  expect(requests).toBe(stable.requests + canary.requests);
  expect(errors).toBe(canary.errors);
  expect((await axios.get(`${control}/monitor`)).data).toEqual({ status: 'wrong answers' });
});

test('answers 503 while nothing runs', async () => {
  const { front, stats } = await startPlatform({ stable: null });
  expect((await axios.get(front, { validateStatus: null })).status).toBe(503);
  expect(await stats('stable')).toMatchObject({
    requests: 1,
    errors: 1,
    versions: {},
    latency: { '+Inf': 1 },
  });
});

describe('a split by user', () => {
  const withUsers = (): Promise<RunningPlatform & ContractClient> =>
    withCanary('14.1.1-htm', { splitBy: 'user' });

  /** The track that each of these users is on. */
  async function trackOf(front: string, users: readonly string[]): Promise<string[]> {
    const answers = users.map((user) =>
      axios.get(front, { headers: { cookie: `a=b; bakery-user=${user}` } }),
    );
    return (await Promise.all(answers)).map(({ headers }) => String(headers['x-track']));
  }

  test('is declared, and keeps each user on a track, also when the weight rises', async () => {
    const { effect, read, front } = await withUsers();
    const users = Array.from({ length: 400 }, (_, at) => `user-${String(at)}`);
    await effect({ call: 'split', weight: 20, audience: null });
    expect(await read()).toEqual({ weight: 20, audience: null, splitBy: 'user' });
    const tracks = await trackOf(front, users);
    expect(await trackOf(front, users)).toEqual(tracks);
    const canary = users.filter((_, at) => tracks[at] === 'canary');
    // Six standard deviations are 48.
    expect(canary.length).toBeGreaterThan(32);
    expect(canary.length).toBeLessThan(128);

    await effect({ call: 'split', weight: 50, audience: null });
    expect(new Set(await trackOf(front, canary))).toEqual(new Set(['canary']));
    expect((await trackOf(front, users)).filter((track) => track === 'canary').length).toBeGreaterThan(140);
  });

  test('gives a new user a cookie, and keeps them by it', async () => {
    const { effect, front } = await withUsers();
    await effect({ call: 'split', weight: 50, audience: null });
    const { headers } = await axios.get(front);
    const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? [];
    const again = await Promise.all(
      Array.from({ length: 20 }, () => axios.get(front, { headers: { cookie } })),
    );
    expect(new Set(again.map((answer) => String(answer.headers['x-track'])))).toEqual(
      new Set([String(headers['x-track'])]),
    );
    expect(again.every((answer) => answer.headers['set-cookie'] === undefined)).toBe(true);
  });

  test('counts users, and those with an error once more', async () => {
    const { effect, front, stats } = await withUsers();
    await effect({ call: 'split', weight: 50, audience: null });
    const visits = startVisitors(front, 200);
    // By then every visitor has asked for every page, and many have been followed by another.
    await expect.poll(() => visits.seen().requests, patience).toBeGreaterThan(2_000);
    await visits.stop();
    const [stable, canary] = [await stats('stable'), await stats('canary')];
    expect(stable.user_errors).toBe(0);
    expect(stable.users).toBeLessThan(stable.requests / 2);
    // Of the bad version's five pages two are gone, which nearly everyone asks for.
    const users = canary.users - canary.user_errors;
    expect(canary.user_errors).toBeGreaterThan(users / 2);
    expect(canary.user_errors).toBeLessThanOrEqual(users);
    expect(canary.errors).toBeGreaterThan(canary.user_errors);
  });
});
