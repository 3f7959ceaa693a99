import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { rights, ruleOf, type Rule } from '../../src/domain/rights.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { coalmine, fileWith } from '../cli/coalmine.ts';
import { Namespace } from './namespace.ts';

const cluster = inject('cluster');

describe.skipIf(cluster === null)('coalmine doctor kubernetes', () => {
  const account = 'worker';
  let namespace: Namespace;

  /** Gives the account exactly these rights. */
  async function grant(rules: readonly Rule[]): Promise<void> {
    const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name: account }];
    await namespace.apply(
      { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules },
      {
        ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata },
        roleRef: { apiGroup, kind: 'Role', name: account },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace: namespace.name }],
      },
    );
  }

  async function look(...options: string[]): Promise<{ code: number | null; findings: Finding[] }> {
    const { kubeconfig, context } = cluster!;
    const args = ['doctor', 'kubernetes', '--json', '--context', context, '--namespace', namespace.name];
    const { code, stdout } = await coalmine([...args, ...options], { KUBECONFIG: kubeconfig });
    const lines = stdout.trim().split('\n');
    return { code, findings: lines.map((line) => JSON.parse(line) as Finding) };
  }

  const asAccount = (): string[] => ['--as', `system:serviceaccount:${namespace.name}:${account}`];

  beforeAll(async () => {
    namespace = await Namespace.create(cluster!, 'doctor');
    await namespace.kubectl('create', 'serviceaccount', account);
  });
  afterAll(() => namespace.remove());

  test('finds nothing missing where the rights of the chart are granted', async () => {
    await grant(rights.map(ruleOf));
    await expect.poll(async () => (await look(...asAccount())).code, { timeout: 30_000 }).toBe(0);
    const { findings } = await look(...asAccount());
    expect(findings.map(({ about, state }) => `${about} ${state}`)).toEqual(['cluster ok', 'rights ok']);
  });

  test('names each missing verb, what it is for, and the rule that grants it', async () => {
    await grant([]);
    await expect.poll(async () => (await look(...asAccount())).code, { timeout: 30_000 }).toBe(10);
    const { findings } = await look(...asAccount());
    const missing = findings.filter(({ state }) => state === 'problem');
    expect(missing.map(({ text }) => text)).toEqual(
      rights.map(({ resource, verbs, what }) => {
        const may = `${asAccount()[1] ?? ''} may not ${verbs.join(', ')} ${resource}`;
        return `${may} in ${namespace.name}: ${what}`;
      }),
    );
    expect(missing[0]?.mend).toEqual([
      `add to its Role in ${namespace.name}: - { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'] }`,
    ]);
  });

  test('asks for a spec only what its adapters need, in the namespaces that they use', async () => {
    const needed = rights.filter(({ adapter }) => adapter === 'kubernetes');
    await grant(needed.map(ruleOf));
    const { context } = cluster!;
    const where = { context, namespace: namespace.name };
    const spec = {
      ...{ service: 'shop', version: '2.4.0', every: '10s', steps: [{ capacity: 50, bake: '1m' }] },
      target: { type: 'kubernetes', ...where, image: 'shop:$version' },
      metrics: [{ name: 'up', kind: 'status', source: { type: 'http', url: 'http://127.0.0.1:9/' } }],
    };
    const lookAt = async (changes: object) =>
      coalmine(
        ['doctor', 'kubernetes', await fileWith(JSON.stringify({ ...spec, ...changes })), ...asAccount()],
        { KUBECONFIG: cluster!.kubeconfig },
      );
    const count = needed.reduce((sum, { verbs }) => sum + verbs.length, 0);
    await expect
      .poll(async () => (await lookAt({})).stdout, { timeout: 30_000 })
      .toContain(`${String(count)} rights`);
    const split = await lookAt({ traffic: { type: 'gateway-api', ...where } });
    expect(split.code).toBe(10);
    expect(split.stdout).toContain('httproutes');
    expect(split.stdout).not.toContain('deployments in');
    const other = await lookAt({ target: { type: 'http', url: 'http://127.0.0.1:9/' } });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('uses no Kubernetes') as string });
  });

  test('says that an API server gives no answer, or that there is no such context', async () => {
    const { code, findings } = await look('--context', 'nowhere');
    expect({ code, findings }).toMatchObject({
      code: 10,
      findings: [{ about: 'cluster', state: 'problem' }],
    });
    expect(findings[0]?.text).toContain('no context nowhere');
  });
});
