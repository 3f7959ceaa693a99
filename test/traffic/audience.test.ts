import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Traffic } from '../../activities/ports.ts';
import type { Audience } from '../../src/domain/rollout.ts';
import { audiences, cookie, header, type AudienceCase } from '../activities/traffic/audiences.ts';
import { skipped, Stand } from './stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

describe.skipIf(skipped)('an audience, in a real Traefik', () => {
  let stand: Stand;
  let traffic: Traffic;
  let number = 0;

  beforeAll(async () => {
    stand = await Stand.start();
    traffic = stand.traffic();
  });
  afterAll(() => stand.close());

  async function give(audience: Audience): Promise<void> {
    number += 1;
    const effect = { fence: { epoch: 1000, number }, signal };
    await traffic.split(release, { weight: 0, audience }, stand.backends, effect);
    expect(await traffic.read(release, { signal })).toMatchObject({ weight: 0, audience });
  }

  test.each<AudienceCase>([
    ...audiences,
    {
      audience: { header: { name: 'x-group', value: '`) || Path(`/' } },
      belongs: [header('`) || Path(`/')],
      others: [header('`'), {}],
    },
    {
      audience: { header: { name: 'x-group', value: '"\\`{{ env "HOME" }}{{{' } },
      belongs: [header('"\\`{{ env "HOME" }}{{{')],
      others: [header('/root'), header('"\\`{ env "HOME" }}{{{'), {}],
    },
    {
      audience: { cookie: { name: 'a.b', value: 'x|y$(z)"`\\d' } },
      belongs: [cookie('a.b=x|y$(z)"`\\d'), cookie('c=1; a.b=x|y$(z)"`\\d')],
      others: [cookie('aXb=x|y$(z)"`\\d'), cookie('a.b=x'), cookie('y$(z)"`\\d'), cookie('a.b=x|y$(z)"`5')],
    },
    {
      audience: { path: '/a`b"c(' },
      belongs: [{ path: '/a%60b%22c(' }, { path: '/a%60b%22c(/d' }],
      others: [{ path: '/a' }, { path: '/' }],
    },
    { audience: { path: '/' }, belongs: [{}, { path: '/any/thing' }], others: [] },
    {
      audience: { query: { name: 'a`"&b', value: 'ü😀=1' } },
      belongs: [{ path: `/?${new URLSearchParams({ 'a`"&b': 'ü😀=1' }).toString()}` }],
      others: [{ path: '/?a=1' }, { path: '/?b=1' }],
    },
    {
      audience: {
        header: { name: 'x-group', value: 'beta' },
        cookie: { name: 'session', value: '1' },
        query: { name: 'q', value: '2' },
        path: '/cart',
      },
      belongs: [{ path: '/cart?q=2', headers: { 'x-group': 'beta', cookie: 'session=1' } }],
      others: [
        { path: '/?q=2', headers: { 'x-group': 'beta', cookie: 'session=1' } },
        { path: '/cart', headers: { 'x-group': 'beta', cookie: 'session=1' } },
        { path: '/cart?q=2', headers: { cookie: 'session=1' } },
        { path: '/cart?q=2', headers: { 'x-group': 'beta' } },
      ],
    },
  ])('is whom $audience says, and nobody else', async ({ audience, belongs, others }) => {
    await give(audience);
    for (const asked of belongs) expect([asked, await stand.ask(asked)]).toEqual([asked, 'canary']);
    for (const asked of others) expect([asked, await stand.ask(asked)]).toEqual([asked, 'stable']);
  });

  test('takes nothing of what another router of the user has', async () => {
    await give({ header: { name: 'x-group', value: 'beta' } });
    expect(await stand.ask({ ...header('beta'), host: 'other.test' })).toBe('404');
  });

  test('counts beside a weight, which is of all others', async () => {
    number += 1;
    const split = { weight: 50, audience: { header: { name: 'x-group', value: 'beta' } } };
    await traffic.split(release, split, stand.backends, { fence: { epoch: 1000, number }, signal });
    await traffic.read(release, { signal });
    expect(await stand.share(100, header('beta'))).toEqual({ canary: 100 });
    expect(await stand.share(100)).toEqual({ canary: 50, stable: 50 });
  });
});
