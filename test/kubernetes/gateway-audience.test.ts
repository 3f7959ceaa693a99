import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Audience } from '../../src/domain/rollout.ts';
import { audiences, cookie, header, type AudienceCase } from '../activities/traffic/audiences.ts';
import { GatewayStand, skipped } from './gateway-stand.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

/** Of the user's own route: three rules of stable, one of another Service that is the baseline's here. */
const rules = [
  { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'checkout', port: 80 }] },
  {
    matches: [{ headers: [{ name: 'x-tenant', value: 'b' }] }],
    backendRefs: [{ name: 'other', port: 80 }],
  },
  {
    matches: [{ path: { type: 'PathPrefix', value: '/api' }, method: 'POST' }],
    backendRefs: [{ name: 'checkout', port: 80 }],
  },
  { matches: [{ path: { type: 'Exact', value: '/api/other' } }], backendRefs: [{ name: 'other', port: 80 }] },
];

describe.skipIf(skipped)('an audience, at a real gateway', () => {
  let stand: GatewayStand;
  let number = 0;

  beforeAll(async () => {
    stand = await GatewayStand.start();
    const pods = { app: 'checkout-baseline' };
    await stand.namespace.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'other' },
      spec: { selector: pods, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await stand.route(rules);
  });
  afterAll(() => stand.close());

  async function give(audience: Audience, weight = 0): Promise<void> {
    number += 1;
    const traffic = stand.traffic();
    const effect = { fence: { epoch: 1000, number }, signal };
    await traffic.split(release, { weight, audience }, { canary: [], baseline: [] }, effect);
    expect(await traffic.read(release, { signal })).toMatchObject({ weight, audience });
  }

  test.each<AudienceCase>([
    ...audiences,
    {
      audience: { header: { name: 'X-Group', value: 'beta' } },
      belongs: [header('beta'), { ...header('beta'), path: '/api/x', method: 'POST' }],
      others: [{ path: '/api/x', method: 'POST' }],
    },
    {
      audience: { header: { name: 'x-group', value: '") || Path("/' } },
      belongs: [header('") || Path("/')],
      others: [header('"'), {}],
    },
    {
      audience: { header: { name: 'x-group', value: '"\\{{ env "HOME" }}{{{%s%q' } },
      belongs: [header('"\\{{ env "HOME" }}{{{%s%q')],
      others: [header('/root'), header('"\\{ env "HOME" }}{{{%s%q'), {}],
    },
    {
      audience: { cookie: { name: 'a.b', value: 'x|y$(z)"\\d' } },
      belongs: [cookie('a.b=x|y$(z)"\\d'), cookie('c=1; a.b=x|y$(z)"\\d')],
      others: [cookie('aXb=x|y$(z)"\\d'), cookie('a.b=x'), cookie('y$(z)"\\d'), cookie('a.b=x|y$(z)"5')],
    },
    {
      audience: { path: "/a$&'()*+,;=:@~b" },
      belongs: [{ path: "/a$&'()*+,;=:@~b/d" }],
      others: [{ path: '/a' }, { path: '/' }],
    },
    {
      audience: { query: { name: 'a|$', value: 'ü😀=1"' } },
      belongs: [{ path: `/?${new URLSearchParams({ 'a|$': 'ü😀=1"' }).toString()}` }],
      others: [{ path: '/?a=1' }, { path: '/?b=1' }],
    },
    {
      audience: {
        header: { name: 'x-group', value: 'beta' },
        cookie: { name: 'session', value: '1' },
        query: { name: 'q', value: '2' },
      },
      belongs: [{ path: '/cart?q=2', headers: { 'x-group': 'beta', cookie: 'session=1' } }],
      others: [
        { path: '/cart', headers: { 'x-group': 'beta', cookie: 'session=1' } },
        { path: '/cart?q=2', headers: { cookie: 'session=1' } },
        { path: '/cart?q=2', headers: { 'x-group': 'beta' } },
      ],
    },
  ])('is whom $audience says, and nobody else', async ({ audience, belongs, others }) => {
    await give(audience);
    for (const asked of belongs) expect([asked, await stand.ask(asked)]).toEqual([asked, 'canary']);
    for (const asked of others) expect([asked, await stand.ask(asked)]).toEqual([asked, 'stable']);
    const [first = {}] = belongs;
    const ofOther = { ...first, headers: { ...first.headers, 'x-tenant': 'b' } };
    expect([ofOther, await stand.ask(ofOther)]).toEqual([ofOther, 'baseline']);
  });

  test('takes nothing of another Service, nor of another host', async () => {
    await give({ header: { name: 'x-group', value: 'beta' } });
    expect(await stand.ask({ ...header('beta'), path: '/api/other' })).toBe('baseline');
    expect(await stand.ask({ ...header('beta'), path: '/api/other', method: 'POST' })).toBe('baseline');
    expect(await stand.ask({ ...header('beta'), host: 'other.test' })).toBe('404');
  });

  test('counts beside a weight, which is of all others', async () => {
    await give({ header: { name: 'x-group', value: 'beta' } }, 50);
    expect(await stand.share(100, header('beta'))).toEqual({ canary: 100 });
    expect(await stand.share(100)).toEqual({ canary: 50, stable: 50 });
    expect(await stand.share(20, { headers: { 'x-tenant': 'b' } })).toEqual({ baseline: 20 });
  });
});
