import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Namespace, type Manifest } from './namespace.ts';
import { shop, shopRoute } from './shop.ts';

const cluster = inject('cluster');

describe.skipIf(cluster === null)('the cluster of the tests', () => {
  let namespace: Namespace;

  beforeAll(async () => {
    if (cluster === null) return;
    namespace = await Namespace.create(cluster, 'cluster');
    await namespace.apply(...shop('shop', '2.3.9', 2));
    await namespace.rolledOut('shop');
  });
  afterAll(() => namespace.remove());

  it('runs pods, and its gateway sends them the requests of a route', async () => {
    await namespace.apply(shopRoute(cluster!.parent, 'shop', namespace.host));
    await expect.poll(() => namespace.ask(), { timeout: 30_000 }).toContain('2.3.9');
  });

  it('counts the requests of a route', async () => {
    const query = `sum(traefik_service_requests_total{service=~".*-svc-${namespace.name}-shop-.*"})`;
    await expect
      .poll(
        async () => {
          await namespace.ask();
          const url = `${cluster!.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
          const { data } = (await (await fetch(url)).json()) as {
            data: { result: { value: [number, string] }[] };
          };
          return Number(data.result[0]?.value[1] ?? 0);
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0);
  });

  it('grants an account what a role says, and nothing else', async () => {
    const [apiGroup, name] = ['rbac.authorization.k8s.io', 'reader'];
    const subjects = [{ kind: 'ServiceAccount', name, namespace: namespace.name }];
    const manifests: Manifest[] = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'Role',
        metadata: { name },
        rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }],
      },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'RoleBinding',
        metadata: { name },
        roleRef: { apiGroup, kind: 'Role', name },
        subjects,
      },
    ];
    await namespace.apply(...manifests);
    const account = await namespace.asAccount(name);
    expect((await account.get('deployment/shop')).metadata.name).toBe('shop');
    await expect(account.kubectl('delete', 'deployment', 'shop')).rejects.toThrow('cannot delete');
  });
});
