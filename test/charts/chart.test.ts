import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { clusterAdapters, rights, ruleOf, type ClusterAdapter } from '../../src/domain/rights.ts';
import { variables } from '../../src/variables.ts';
import { blocksOf } from '../support/page.ts';
import { at, chart, helm, listAt, manifestsIn, rendered, runHelm, type Manifest } from './helm.ts';

const read = (path: string): string => readFileSync(join(chart, path), 'utf8');

test('the chart has the version of the package', () => {
  const { version } = packageJson;
  expect(parse(read('Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

test('every variable of a worker is a value of the chart, or set by it', () => {
  const schema: unknown = JSON.parse(read('values.schema.json'));
  const configurable = Object.keys(at(schema, 'properties.config.properties') as object);
  const set = [...read('templates/deployment.yaml').matchAll(/name: ((?:COALMINE|TEMPORAL)_\w+)/g)].map(
    ([, name = '']) => name,
  );
  const elsewhere = [
    'COALMINE_PAYLOAD_KEYS', // by its file
    ...['TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_TLS…'], // one by one
    ...['TEMPORAL_CLI_PATH', 'XDG_CACHE_HOME'], // of `coalmine dev`
  ];
  const known = [...configurable, ...set.filter((name) => name in variables), ...elsewhere];
  expect(known.sort()).toEqual(Object.keys(variables).sort());
});

test('the Roles grant what a release does, and nothing else (npm run rights writes them)', () => {
  const ofAdapter = (adapter: ClusterAdapter) =>
    rights.filter((right) => right.adapter === adapter).map(ruleOf);
  expect(parse(read('rights.yaml'))).toEqual(
    Object.fromEntries(clusterAdapters.map((adapter) => [adapter, ofAdapter(adapter)])),
  );
  expect(manifestsIn(read('../coalmine-rights.yaml'))[0]).toMatchObject({ rules: rights.map(ruleOf) });
  const page = readFileSync(new URL('../../docs/helm.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| [\w.]+ +\| `([\w/]+)` +\| ([\w, ]+?) +\|/gm)];
  expect(rows.map(([, adapter, resource, verbs]) => ({ adapter, resource, verbs }))).toEqual(
    rights.map(({ adapter, resource, verbs }) => ({ adapter, resource, verbs: verbs.join(', ') })),
  );
});

const secret = { name: 'TOKEN', from: { secretName: 'shop', key: 'token' }, goesTo: ['a:1', 'command'] };

/** Values with everything in them. */
const everything = {
  replicas: 3,
  image: { repository: 'registry.example.com/coalmine', tag: '1.2.3', pullPolicy: 'Always' },
  imagePullSecrets: ['registry'],
  temporal: {
    address: 'temporal.example.com:7234',
    namespace: 'releases',
    tls: {
      enabled: true,
      serverName: 'temporal',
      ca: { secretName: 'ca', key: 'ca.pem' },
      clientCertificate: { secretName: 'client' },
    },
    apiKey: { secretName: 'temporal', key: 'api-key' },
  },
  config: { COALMINE_ALLOW_HOSTS: ['a:1', '*.b'], COALMINE_SHUTDOWN_GRACE: 40, COALMINE_LOG: 'text' },
  secrets: [secret, { name: 'OTHER', from: { secretName: 'shop', key: 'other' }, goesTo: ['x.b'] }],
  payloadKeys: { secretName: 'keys', key: 'of-payloads' },
  kubernetes: { kubeconfig: { secretName: 'clusters', key: 'all', namespaces: ['eu/shop', 'us/shop'] } },
  serviceAccount: { annotations: { 'example.com/role': 'coalmine' } },
  networkPolicy: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] },
  metrics: { podMonitor: true },
  podLabels: { team: 'release' },
  podAnnotations: { 'example.com/a': 'b' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  priorityClassName: 'high',
};

describe.skipIf(helm === null)('the chart', () => {
  test.each([
    ['its own values', {}],
    ['every value set', everything],
  ])('passes helm lint with %s', async (_, values) => {
    expect(await runHelm(['lint', '--strict', chart], values)).toContain('0 chart(s) failed');
  });

  test.each(valuesIn('docs/helm.md'))('accepts the values of $at', async ({ values }) => {
    await rendered(values);
  });

  test('charts/coalmine.yaml is what it renders (npm run manifests writes it)', async () => {
    expect(manifestsIn(read('../coalmine.yaml'))).toEqual(await rendered());
  });

  test.each([
    ['an unknown value', { replica: 2 }, "additional properties 'replica' not allowed"],
    ['an unknown variable', { config: { COALMINE_ALLOW_HOST: 'a' } }, "'COALMINE_ALLOW_HOST' not allowed"],
    [
      'payload keys in plain text',
      { config: { COALMINE_PAYLOAD_KEYS: 'id:key' } },
      "'COALMINE_PAYLOAD_KEYS'",
    ],
    ['a secret in plain text', { secrets: [{ ...secret, from: 'abc' }] }, '/secrets/0/from'],
    ['a secret that may go anywhere', { secrets: [{ ...secret, goesTo: [] }] }, '/secrets/0/goesTo'],
    ['a secret named as a setting', { secrets: [{ ...secret, name: 'TEMPORAL_TLS' }] }, '/secrets/0/name'],
    ['an address with a scheme', { temporal: { address: 'http://temporal:7233' } }, '/temporal/address'],
    ['no workers', { replicas: 0 }, '/replicas'],
  ])('refuses %s', async (_, values, why) => {
    await expect(rendered(values)).rejects.toThrow(why);
  });

  test.each([
    ['its own values', {}],
    ['every value set', everything],
  ])('runs workers without privileges with %s', async (_, values) => {
    const pod = at(podOf(await rendered(values)), 'spec');
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(listAt(pod, 'containers')).toHaveLength(1);
    expect(at(pod, 'containers.0.securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(pod, 'containers.0.resources.limits.memory')).toBeDefined();
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(key);
    for (const volume of listAt(pod, 'volumes')) expect(volume).not.toHaveProperty('hostPath');
  });

  test('replaces one worker after the other, and gives effects under way their time', async () => {
    expect(one(await rendered(), 'Deployment')).toMatchObject({
      spec: { replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } },
    });
    expect(at(podOf(await rendered()), 'spec.terminationGracePeriodSeconds')).toBe(30);
    expect(at(podOf(await rendered(everything)), 'spec.terminationGracePeriodSeconds')).toBe(60);
    expect(one(await rendered(), 'PodDisruptionBudget')).toMatchObject({
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    });
  });

  test('everything that selects pods selects its own', async () => {
    const manifests = await rendered(everything);
    const labels = at(podOf(manifests), 'metadata.labels');
    const selectors = [
      at(one(manifests, 'Deployment'), 'spec.selector.matchLabels'),
      at(one(manifests, 'PodDisruptionBudget'), 'spec.selector.matchLabels'),
      at(one(manifests, 'NetworkPolicy'), 'spec.podSelector.matchLabels'),
      at(one(manifests, 'PodMonitor'), 'spec.selector.matchLabels'),
      at(podOf(manifests), 'spec.topologySpreadConstraints.0.labelSelector.matchLabels'),
    ];
    for (const selector of selectors) {
      expect(Object.keys(selector as object)).toHaveLength(2);
      expect(labels).toMatchObject(selector as object);
    }
    expect(labels).toMatchObject({ team: 'release' });
  });

  test('passes the configuration by its names, and secrets by reference', async () => {
    const container = at(podOf(await rendered(everything)), 'spec.containers.0');
    const env = Object.fromEntries(
      listAt(container, 'env').map(({ name, value, valueFrom }) => [name, value ?? valueFrom]),
    ) as Manifest;
    expect(at(container, 'image')).toBe('registry.example.com/coalmine:1.2.3');
    const reference = (name: string, key: string) => ({ secretKeyRef: { name, key } });
    expect(env).toEqual({
      COALMINE_HEALTH_ADDRESS: '0.0.0.0:8088',
      COALMINE_METRICS_ADDRESS: '0.0.0.0:9464',
      COALMINE_ALLOW_HOSTS: 'a:1,*.b',
      COALMINE_SHUTDOWN_GRACE: '40',
      COALMINE_LOG: 'text',
      COALMINE_ALLOW_SECRETS: 'TOKEN@a:1,TOKEN@command,OTHER@x.b',
      TOKEN: reference('shop', 'token'),
      OTHER: reference('shop', 'other'),
      COALMINE_ALLOW_NAMESPACES: 'eu/shop,us/shop',
      KUBECONFIG: '/etc/coalmine/kubeconfig/config',
      COALMINE_PAYLOAD_KEYS_FILE: '/etc/coalmine/payload-keys/keys',
      TEMPORAL_ADDRESS: 'temporal.example.com:7234',
      TEMPORAL_NAMESPACE: 'releases',
      TEMPORAL_API_KEY: reference('temporal', 'api-key'),
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_NAME: 'temporal',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/etc/coalmine/temporal-ca/ca.crt',
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/etc/coalmine/temporal-client/tls.crt',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/coalmine/temporal-client/tls.key',
    });
  });

  test.each([
    ['its own values', {}],
    ['every value set', everything],
  ])('mounts a volume for every file that it names, with %s', async (_, values) => {
    const pod = podOf(await rendered(values));
    const env = listAt(pod, 'spec.containers.0.env');
    const volumeMounts = listAt(pod, 'spec.containers.0.volumeMounts');
    const files = env.filter(({ value }) => String(value).startsWith('/')).map(({ value }) => String(value));
    for (const file of files)
      expect(volumeMounts.filter(({ mountPath }) => file.startsWith(`${String(mountPath)}/`))).toHaveLength(
        1,
      );
    const names = (of: Manifest[]) => of.map(({ name }) => String(name)).sort();
    expect(names(volumeMounts)).toEqual(names(listAt(pod, 'spec.volumes')));
    for (const { name, mountPath, readOnly } of volumeMounts)
      expect({ name, mountPath, readOnly: name === 'tmp' ? true : readOnly }).toMatchObject({
        readOnly: true,
      });
  });

  test('restricts outgoing traffic once the values say where it may go', async () => {
    const open = at(one(await rendered(), 'NetworkPolicy'), 'spec');
    expect(at(open, 'policyTypes')).toEqual(['Ingress']);
    const closed = at(one(await rendered(everything), 'NetworkPolicy'), 'spec');
    expect(at(closed, 'policyTypes')).toEqual(['Ingress', 'Egress']);
    expect(at(closed, 'ingress')).toEqual([
      { ports: [{ protocol: 'TCP', port: 'metrics' }], from: [{ namespaceSelector: {} }] },
    ]);
    const port = (number: number, protocol = 'TCP') => ({ protocol, port: number });
    expect(at(closed, 'egress')).toEqual([
      { ports: [port(53, 'UDP'), port(53)] },
      { ports: [port(7234)] },
      { ports: [port(443), port(6443)] },
      ...everything.networkPolicy.egress,
    ]);
    const none = await rendered({ networkPolicy: { enabled: false } });
    expect(none.map(({ kind }) => kind as string)).not.toContain('NetworkPolicy');
  });

  const namespaces = ['shop', 'cart'];

  test('grants each namespace the rights of a release, and nothing else', async () => {
    const manifests = await rendered({ kubernetes: { namespaces } });
    const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest['kind'] === kind);
    const needed = rights.map(ruleOf);
    expect(ofKind('Role').map((role) => [at(role, 'metadata.namespace'), role['rules']])).toEqual(
      namespaces.map((namespace) => [namespace, needed]),
    );
    const account = { kind: 'ServiceAccount', name: 'coalmine', namespace: 'coalmine' };
    expect(ofKind('RoleBinding')).toMatchObject(
      namespaces.map((namespace) => ({ metadata: { namespace }, subjects: [account] })),
    );
    expect(at(podOf(manifests), 'spec.automountServiceAccountToken')).toBe(true);
    expect(listAt(podOf(manifests), 'spec.containers.0.env')).toContainEqual({
      name: 'COALMINE_ALLOW_NAMESPACES',
      value: 'shop,cart',
    });
    expect(manifests.map(({ kind }) => kind as string)).not.toContain('ClusterRole');
  });

  test('grants nothing of the Gateway API where it is not used', async () => {
    const manifests = await rendered({ kubernetes: { namespaces: ['shop'], gatewayApi: false } });
    const groups = listAt(one(manifests, 'Role'), 'rules').flatMap((rule) => rule['apiGroups']);
    expect(groups).not.toContain('gateway.networking.k8s.io');
  });

  test('refuses a kubeconfig beside namespaces of its own cluster', async () => {
    const kubernetes = { namespaces, kubeconfig: everything.kubernetes.kubeconfig };
    await expect(rendered({ kubernetes })).rejects.toThrow('namespaces and kubeconfig cannot be combined');
  });

  test('uses an existing service account if one is named', async () => {
    const manifests = await rendered({ serviceAccount: { name: 'releaser' } });
    expect(at(podOf(manifests), 'spec.serviceAccountName')).toBe('releaser');
    expect(manifests.map(({ kind }) => kind as string)).not.toContain('ServiceAccount');
  });

  test('two installations in one namespace do not touch each other', async () => {
    const render = async (release: string): Promise<string[]> =>
      manifestsIn(await runHelm(['template', release, chart, '--namespace', 'coalmine'])).map(
        (manifest) => `${String(manifest['kind'])}/${String(at(manifest, 'metadata.name'))}`,
      );
    const [first, second] = [await render('coalmine'), await render('staging')];
    expect(first.filter((name) => second.includes(name))).toEqual([]);
    expect(second).toContain('Deployment/staging-coalmine');
  });
});

/** The values that a page shows. */
function valuesIn(path: string): { at: string; values: unknown }[] {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return blocksOf(page)
    .filter(({ note }) => note === 'values.yaml')
    .map(({ line, text }) => ({ at: `${path}:${String(line)}`, values: parse(text) as unknown }));
}

function one(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest['kind'] === kind);
  expect(found, kind).toHaveLength(1);
  return found[0]!;
}

function podOf(manifests: readonly Manifest[]): Manifest {
  return at(one(manifests, 'Deployment'), 'spec.template') as Manifest;
}
