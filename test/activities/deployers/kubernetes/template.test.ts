import { expect, test } from 'vitest';
import { versionOf } from '../../../../activities/deployers/kubernetes/stable.ts';
import { imagesIn, templateFor } from '../../../../activities/deployers/kubernetes/template.ts';
import type { Deployment } from '../../../../activities/kubernetes/kinds.ts';
import type { KubernetesTarget } from '../../../../src/spec/kubernetes.ts';
import { failureOf } from '../../../support/failures.ts';
import { everything } from '../../../support/grants.ts';

const { signal } = new AbortController();
const release = { service: 'staging/checkout', version: '2.4.0' };

const plan: KubernetesTarget = {
  type: 'kubernetes',
  namespace: 'shop',
  image: 'shop/checkout:$version',
  config: [],
  ready: 1,
  drain: 1,
  byCopies: false,
};

const template = {
  metadata: { labels: { app: 'checkout' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'shop/checkout:2.3.9',
        envFrom: [{ configMapRef: { name: 'checkout-config-2.3.9' } }],
        env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'checkout-keys-2.3.9', key: 'key' } } }],
      },
      { name: 'proxy', image: 'envoy:1.40' },
    ],
    volumes: [
      { name: 'a', configMap: { name: 'checkout-config-2.3.9' } },
      { name: 'b', secret: { secretName: 'checkout-keys-2.3.9' } },
      { name: 'c', projected: { sources: [{ secret: { name: 'checkout-keys-2.3.9' } }] } },
      { name: 'd', configMap: { name: 'others-2.3.9' } },
    ],
  },
};
const stable = {
  metadata: { name: 'checkout', uid: 'u', resourceVersion: '1' },
  spec: { template },
} as unknown as Deployment;

/** No patch: the cluster is not asked. */
const made = (other: Partial<KubernetesTarget>) =>
  templateFor(
    { plan: { ...plan, ...other }, grants: everything, cluster: undefined as never },
    release,
    stable,
    signal,
  );

test('the container whose image fits gets the new one, and nothing else changes', async () => {
  const { spec } = await made({});
  expect(JSON.stringify(spec)).toBe(
    JSON.stringify(template.spec).replace('shop/checkout:2.3.9', 'shop/checkout:2.4.0'),
  );
});

test('configuration comes with the version, wherever it is referred to', async () => {
  const { spec } = await made({ config: ['checkout-config-$version', 'checkout-keys-$version'] });
  const text = JSON.stringify(spec);
  expect(text.match(/checkout-(config|keys)-2\.4\.0/g)).toHaveLength(5);
  expect(text).not.toMatch(/checkout-(config|keys)-2\.3\.9/);
  expect(text).toContain('others-2.3.9');
});

test.each<[string, Partial<KubernetesTarget>, string]>([
  [
    'configuration that nothing refers to',
    { config: ['cart-config-$version'] },
    'refer to no ConfigMap and no Secret',
  ],
  ['a container that is not there', { container: 'app' }, 'has no container app'],
  ['an image that fits no container', { image: 'other/thing:$version' }, 'it has web, proxy'],
])('refuses %s', async (_name, other, text) => {
  const failure = await failureOf(() => made(other));
  expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
  expect(failure.message).toContain(text);
});

test.each<[string, Partial<KubernetesTarget>, object, string]>([
  ['its image, by the spec', {}, {}, '2.3.9'],
  ['its label', { image: 'other/thing:$version' }, { 'app.kubernetes.io/version': 'v9' }, 'v9'],
  ['its tag', { image: 'other/thing:$version' }, {}, '2.3.9'],
])('a version is told by %s', (_name, other, labels, version) => {
  expect(
    versionOf({ ...template, metadata: { labels: { ...labels } } }, { ...plan, ...other }, 'checkout'),
  ).toBe(version);
});

test('a version is told by its digest where there is nothing else', () => {
  const containers = [{ name: 'web', image: `shop/web@sha256:${'ab'.repeat(32)}` }];
  expect(versionOf({ metadata: {}, spec: { containers } }, plan, 'checkout')).toBe('abababababab');
});

test('images that a patch sets are found', () => {
  const patch = {
    spec: { containers: [{ name: 'a', image: 'x:1' }], initContainers: [{ name: 'b', image: 'y:2' }] },
  };
  expect(imagesIn(patch)).toEqual(['x:1', 'y:2']);
});
