import axios from 'axios';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchPlatform, type RunningPlatform } from '../../support/platform.ts';
import { contractClient } from './contract-client.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await launchPlatform({ copies: 1 });
});
afterAll(() => platform.stop());

test.each([
  ['a body that is no JSON', 'nonsense', 400, /expected object/i],
  ['a call that there is not', { call: 'explode' }, 400, /call/],
  ['a weight above 100', { call: 'split', weight: 101, audience: null }, 400, /weight/],
  ['no fence', { call: 'remove', fence: undefined }, 400, /fence/],
  [
    'an unknown version',
    { call: 'deploy', version: '15', scope: 'canary', share: 5 },
    422,
    /no version 15 here/,
  ],
] as const)('refuses %s', async (_what, members, status, error) => {
  const answer =
    typeof members === 'string'
      ? await axios.post<unknown>(platform.url, members, { validateStatus: null })
      : await contractClient(platform.url).effect(members);
  expect(answer.status).toBe(status);
  expect((answer.data as { error: string }).error).toMatch(error);
});

test('takes back a version that it does not know', async () => {
  const { effect } = contractClient(platform.url);
  const members = { service: 'another', version: '15' };
  expect((await effect({ call: 'split', weight: 0, audience: null, ...members })).status).toBe(202);
  expect((await effect({ call: 'remove', ...members })).status).toBe(202);
});

test('names its addresses where it is asked at another', async () => {
  const answer = await axios.get<unknown>(`${platform.control}/nowhere`, { validateStatus: null });
  expect(answer.status).toBe(404);
  expect(JSON.stringify(answer.data)).toContain('POST /coalmine');
});
