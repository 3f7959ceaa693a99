import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Effect, Traffic } from '../../activities/ports.ts';
import { Node } from '../../examples/cluster/node.ts';
import type { Split } from '../../src/domain/rollout.ts';
import { failureOf } from '../support/failures.ts';
import { GatewayStand, skipped } from './gateway-stand.ts';
import type { Manifest } from './namespace.ts';

const release = { service: 'checkout', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();
const none: Split = { weight: 0, audience: null };
const half: Split = { weight: 50, audience: null };
const backends = { canary: [], baseline: [] };
const own = [
  {
    name: 'all',
    matches: [{ path: { type: 'PathPrefix', value: '/' } }],
    filters: [
      { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-mine', value: '1' }] } },
    ],
    backendRefs: [{ name: 'checkout', port: 80 }],
    timeouts: { request: '10s' },
  },
];

type Written = Manifest & {
  spec: { rules: unknown[] };
  metadata: { managedFields?: { manager: string; subresource?: string }[] };
};

describe.skipIf(skipped)('a split of a route, when things go wrong', () => {
  let stand: GatewayStand;
  let traffic: Traffic;
  let epoch = 1000;

  beforeAll(async () => {
    stand = await GatewayStand.start();
  });
  beforeEach(async () => {
    epoch += 1000;
    await stand.useAs();
    await stand.route(own);
    traffic = stand.traffic();
  });
  afterAll(() => stand.close());

  const effect = (number: number): Effect => ({ fence: { epoch, number }, signal });
  const split = (how: Split, number: number, from = none) =>
    traffic.split(release, how, backends, { ...effect(number), from });
  const read = () => traffic.read(release, { signal });
  const route = async () => (await stand.namespace.get('httproute/checkout')) as Written;

  test("leaves the route as its user wrote it, and the user's again", async () => {
    const before = await route();
    await split({ weight: 10, audience: { header: { name: 'x', value: '1' } } }, 1);
    await read();
    expect((await route()).spec.rules).toHaveLength(3);
    // Someone who writes the whole of it is told whose it is now.
    const manifest = stand.manifest(own);
    await expect(stand.namespace.apply(manifest)).rejects.toThrow(/conflict with "coalmine"/);
    await split(none, 2, half);
    await read();
    const after = await route();
    expect(after.spec).toEqual(before.spec);
    await stand.namespace.apply({
      ...manifest,
      spec: {
        ...(manifest['spec'] as object),
        rules: own.map((rule) => ({ ...rule, timeouts: { request: '9s' } })),
      },
    });
    expect((await route()).metadata.managedFields?.map(({ manager }) => manager)).toContain('kubectl');
  });

  test('refuses an older attempt that wakes up late, after the end, too', async () => {
    await split(half, 5);
    await split(none, 6, half);
    await read();
    expect(await failureOf(() => split(half, 5))).toMatchObject({ type: 'Overtaken', nonRetryable: true });
    expect(await stand.share(20)).toEqual({ stable: 20 });
    expect(await read()).toMatchObject(none);
  });

  test('of two attempts at once only the newer has an effect', async () => {
    const late = [3, 1, 2].map((number) =>
      split({ weight: number * 10, audience: null }, number).catch((error: unknown) => error),
    );
    await Promise.all(late);
    expect(await read()).toMatchObject({ weight: 30 });
  });

  test('stops at a route that a person has edited, and goes back all the same, keeping the edit', async () => {
    await split(half, 1);
    await read();
    const edit = [
      { op: 'replace', path: '/spec/rules/1/backendRefs/1/weight', value: 9000 },
      { op: 'replace', path: '/spec/rules/1/timeouts/request', value: '7s' },
    ];
    await stand.namespace.kubectl(
      'patch',
      'httproute',
      'checkout',
      '--type=json',
      '--field-manager=a-person',
      '-p',
      JSON.stringify(edit),
    );
    for (const call of [() => split({ ...half, weight: 60 }, 2, half), read]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toMatch(/was changed by a-person at 20/);
    }
    await split(none, 3, half);
    expect(await read()).toMatchObject(none);
    expect(await stand.share(20)).toEqual({ stable: 20 });
    expect((await route()).spec.rules).toMatchObject([{ ...own[0], timeouts: { request: '7s' } }]);
  });

  test('is over where a person has put the route back, and is not done again', async () => {
    await split(half, 1);
    await read();
    await stand.namespace.kubectl('annotate', 'httproute', 'checkout', 'coalmine/split-');
    await stand.namespace.kubectl(
      'patch',
      'httproute',
      'checkout',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { rules: own } }),
    );
    expect(await read()).toMatchObject(none);
    expect((await failureOf(() => split(half, 2, half))).message).toMatch(/is not given any again/);
  });

  test('is none of a route that was deleted', async () => {
    await split(half, 1);
    await read();
    await stand.namespace.kubectl('delete', 'httproute', 'checkout');
    expect((await failureOf(() => split(half, 2, half))).message).toMatch(/was deleted by someone else/);
    await split(none, 3, half);
    expect(await read()).toMatchObject(none);
    expect((await failureOf(() => traffic.rehearse?.(release, [half], { signal }))).message).toMatch(
      /there is no HTTPRoute .*\/checkout/,
    );
  });

  test('is refused before anything is done, where the route cannot have it', async () => {
    const before = await route();
    const audience = { path: '/a%2Fb' };
    const rehearsal = () => traffic.rehearse?.(release, [half, { weight: 0, audience }], { signal });
    expect((await failureOf(rehearsal)).message).toMatch(/cannot be matched by a route/);
    traffic = stand.traffic({ service: 'cart' });
    expect((await failureOf(rehearsal)).message).toMatch(
      /no rule of the HTTPRoute sends to the Service cart/,
    );
    expect((await route()).metadata['resourceVersion']).toBe(before.metadata['resourceVersion']);
  });

  test('says that the canary has no Service', async () => {
    await stand.namespace.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lonely' },
      spec: { selector: { app: 'checkout' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await stand.route([{ backendRefs: [{ name: 'lonely', port: 80 }] }]);
    traffic = stand.traffic({ service: 'lonely' });
    await split(half, 1);
    const failure = await failureOf(read);
    expect(failure).toMatchObject({ type: 'TargetUnavailable' });
    expect(failure.message).toMatch(/ResolvedRefs is False, BackendNotFound/);
    await split(none, 2, half);
    expect(await read()).toMatchObject(none);
  });

  test('ends when the worker loses the right to change routes, and says which', async () => {
    const { namespace } = stand;
    const role = (verbs: string[]): Manifest => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'worker' },
      ...{ rules: [{ apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], verbs }] },
    });
    await namespace.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'worker' } },
      role(['get', 'update']),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'worker' },
        ...{
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'worker' },
          subjects: [{ kind: 'ServiceAccount', name: 'worker', namespace: namespace.name }],
        },
      },
    );
    await stand.useAs((await namespace.kubectl('create', 'token', 'worker')).trim());
    traffic = stand.traffic();
    await stand.until(async () => {
      await split(half, 1);
      return true;
    });
    await read();
    await namespace.apply(role(['get']));
    let failure: Awaited<ReturnType<typeof failureOf>> | undefined;
    await stand.until(async () => {
      failure = await failureOf(() => split(none, 2, half));
      return true;
    });
    expect(failure).toMatchObject({ type: 'TargetRefused' });
    expect(failure?.message).toContain('the worker may not update httproutes; add to a Role in');
    await namespace.apply(role(['get', 'update']));
    await stand.until(async () => {
      await split(none, 2, half);
      return true;
    });
    expect(await read()).toMatchObject(none);
  });

  test('is in force again when the gateway was killed and started', async () => {
    const { programs } = stand.cluster;
    if (programs === null) return;
    const node = new Node(programs);
    await split(half, 1);
    await read();
    await node.kill('traefik');
    try {
      expect(await failureOf(read)).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
      await split(none, 2, half);
      expect(await failureOf(read)).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
    } finally {
      await node.start('traefik');
    }
    await expect.poll(() => read().catch(() => null), { timeout: 60_000 }).toMatchObject(none);
    expect(await stand.share(100)).toEqual({ stable: 100 });
    await split(half, 3);
    await read();
    expect(await stand.share(100)).toEqual({ stable: 50, canary: 50 });
  });
});
