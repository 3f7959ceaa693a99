import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Effect } from '../../activities/ports.ts';
import { failureOf } from '../support/failures.ts';
import { Released } from './deployment.ts';
import type { Manifest } from './namespace.ts';
import { shop } from './shop.ts';

const cluster = inject('cluster');
const release = { service: 'staging/shop', version: '2.4.0', stable: '2.3.9' };
const { signal } = new AbortController();

describe.skipIf(cluster === null)('a canary beside a Deployment', () => {
  let released: Released;
  let number: number;

  beforeEach(async () => {
    number = 0;
    released = await Released.create(cluster!, 2, prepared());
  });
  afterEach(() => released.close());

  const effect = (): Effect => ({ fence: { epoch: 1_000, number: (number += 1) }, signal });

  async function deploy(plan = released.plan(), baseline = false): Promise<void> {
    const deployer = released.deployer(plan);
    await deployer.deploy(release, { share: 50, baseline }, effect());
    await expect
      .poll(() => deployer.check(release, 'canary', { signal }), { timeout: 60_000 })
      .toMatchObject({ alive: true, versions: ['2.4.0'] });
  }

  /** Roles of the pods that a Service sends requests to. */
  async function rolesBehind(service: string): Promise<string[]> {
    const slices = JSON.parse(
      await released.namespace.kubectl(
        'get',
        'endpointslices',
        '-l',
        `kubernetes.io/service-name=${service}`,
        '-o',
        'json',
      ),
    ) as { items: { endpoints?: { targetRef: { name: string } }[] | null }[] };
    const names = slices.items
      .flatMap(({ endpoints }) => endpoints ?? [])
      .map(({ targetRef }) => targetRef.name);
    return [...new Set(names.map((name) => /^shop-(canary|baseline)-/.exec(name)?.[1] ?? 'stable'))].sort();
  }

  test('is caught by nothing of stable where something splits the traffic', async () => {
    await deploy(released.plan({ service: 'shop' }), true);
    await expect.poll(() => rolesBehind('shop-canary')).toEqual(['canary']);
    await expect.poll(() => rolesBehind('shop-baseline')).toEqual(['baseline']);
    expect(await rolesBehind('shop')).toEqual(['stable']);
    expect(await rolesBehind('shop-by-tier')).toEqual(['stable']);
    const { status } = await released.namespace.get('pdb/shop');
    expect(status).toMatchObject({ expectedPods: 2 });
    const { changed = [] } = await released.deployer().check(release, 'canary', { signal });
    expect(changed.sort()).toEqual([
      'image docker.io/coalmine-test/shop:2.4.0 in place of docker.io/coalmine-test/shop:2.3.9',
      'label app: shop-canary in place of shop',
      'label tier: web-canary in place of web',
    ]);
  });

  test('stands behind the Service of stable where copies share the traffic', async () => {
    await deploy(released.plan({ service: 'shop', byCopies: true }));
    await expect.poll(() => rolesBehind('shop')).toEqual(['canary', 'stable']);
    expect(await rolesBehind('shop-by-tier')).toEqual(['stable']);
    await released.deployer(released.plan({ byCopies: true })).remove(release, effect());
    await expect.poll(() => rolesBehind('shop'), { timeout: 30_000 }).toEqual(['stable']);
    expect(await released.running('stable')).toEqual(['2.3.9']);
  });

  test('asks which Service is meant where several are', async () => {
    await released.namespace.kubectl('delete', 'service', 'shop');
    await released.namespace.apply({ ...prepared()[1]!, metadata: { name: 'other' } });
    const failure = await failureOf(() => deploy());
    expect(failure.message).toContain('several Services select the pods of shop: other, shop-by-tier');
  });

  test('gets the patch and the configuration of its version, and so does stable in the end', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap' };
    await released.namespace.apply(
      { ...config, metadata: { name: 'tuning-2.3.9' }, data: { TUNING: 'old' } },
      { ...config, metadata: { name: 'tuning-2.4.0' }, data: { TUNING: 'new' } },
    );
    await released.namespace.kubectl('set', 'env', 'deployment/shop', '--from=configmap/tuning-2.3.9');
    await released.namespace.rolledOut('shop');
    const plan = released.plan({
      service: 'shop',
      config: ['tuning-$version'],
      patch: { spec: { containers: [{ name: 'shop', env: [{ name: 'RELEASE', value: '$version' }] }] } },
    });
    await deploy(plan);
    await released.deployer(plan).promote(release, effect());
    for (const name of ['shop', 'shop-canary']) {
      const text = JSON.stringify((await released.namespace.get(`deployment/${name}`))['spec']);
      expect(text).toContain('{"name":"RELEASE","value":"2.4.0"}');
      expect(text).toContain('"name":"tuning-2.4.0"');
      expect(text).not.toContain('tuning-2.3.9');
    }
  });

  test('says which right is missing when it was withdrawn', async () => {
    const [apiGroup, name] = ['rbac.authorization.k8s.io', 'worker'];
    const role = (verbs: string[]): Manifest => ({
      apiVersion: `${apiGroup}/v1`,
      kind: 'Role',
      metadata: { name },
      rules: [
        { apiGroups: ['apps'], resources: ['deployments'], verbs },
        { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
        { apiGroups: [''], resources: ['pods', 'events'], verbs: ['list'] },
        { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
        { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list'] },
      ],
    });
    const all = ['get', 'list', 'create', 'update', 'delete'];
    await released.namespace.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
      role(all),
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'RoleBinding',
        metadata: { name },
        roleRef: { apiGroup, kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: released.namespace.name }],
      },
    );
    const plan = released.plan({ service: 'shop', context: await released.contextOf(name) });
    await deploy(plan);
    await released.namespace.apply(role(all.filter((verb) => verb !== 'delete')));
    const worker = released.deployer(plan);
    // The API server takes a role up in its own time.
    await expect
      .poll(
        async () =>
          (await failureOf(() => worker.remove(release, effect())).catch(() => new Error('done'))).message,
      )
      .toContain(
        `the worker may not delete deployments; add to a Role in ${released.namespace.name}: { apiGroups: ['apps'], resources: ['deployments'], verbs: ['delete'] }`,
      );
    await released.namespace.apply(role(all));
    await expect.poll(() => worker.remove(release, effect()).then(() => 'removed', String)).toBe('removed');
    await expect.poll(() => released.left(), { timeout: 60_000 }).toEqual([]);
  });
});

/** A Deployment whose pods are selected by one label and by another, and have a budget. */
function prepared(): Manifest[] {
  const [deployment, service] = shop('shop', '2.3.9', 2) as [Manifest, Manifest];
  const spec = deployment['spec'] as { template: { metadata: { labels: Record<string, string> } } };
  spec.template.metadata.labels = { ...spec.template.metadata.labels, tier: 'web' };
  return [
    deployment,
    service,
    {
      ...service,
      metadata: { name: 'shop-by-tier' },
      spec: { ...(service['spec'] as object), selector: { tier: 'web' } },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'shop' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } },
    },
  ];
}
