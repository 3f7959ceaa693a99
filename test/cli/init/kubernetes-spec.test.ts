import { describe, expect, test } from 'vitest';
import type { InCluster } from '../../../src/cli/init/in-cluster.ts';
import { kubernetesSpec, type Given } from '../../../src/cli/init/kubernetes-spec.ts';
import type { Prometheus } from '../../../src/cli/init/series.ts';
import { parseSpec } from '../../../src/spec/parse.ts';

type Containers = InCluster['deployment']['spec']['template']['spec']['containers'];

const shop: Containers[number] = { name: 'shop', image: 'shop/checkout:2.3.9', readinessProbe: {} };

function found(changes: Partial<InCluster> = {}, containers: Containers = [shop]): InCluster {
  return {
    deployment: {
      metadata: { name: 'checkout', namespace: 'shop' },
      spec: { template: { metadata: { labels: { app: 'checkout' } }, spec: { containers } } },
    },
    services: ['checkout'],
    routes: [
      {
        ...{ kind: 'HTTPRoute', name: 'front', namespace: 'shop' },
        controller: 'traefik.io/gateway-controller',
      },
    ],
    prometheus: { name: 'prometheus', namespace: 'monitoring' },
    ...changes,
  };
}

/** One that has series of these names only. */
function prometheus(...names: string[]): Prometheus {
  return {
    url: 'http://prometheus.monitoring:9090',
    get: (path) => {
      const has = names.some((name) => decodeURIComponent(path).includes(`count(${name}{`));
      return Promise.resolve({ data: { result: has ? [{}] : [] } });
    },
  };
}

const given: Given = { namespace: 'shop' };
const planOf = (text: string) => parseSpec(text, 'rollout.yaml', { version: '2.4.0' }).plan;

test('a spec from a Deployment behind a gateway is sound, and leaves nothing to do', async () => {
  const { text, notes } = await kubernetesSpec(found(), given, prometheus('traefik_service_requests_total'));
  expect(notes).toEqual([]);
  expect(planOf(text)).toMatchObject({
    service: 'checkout',
    target: { type: 'kubernetes', namespace: 'shop', image: 'shop/checkout:$version' },
    traffic: { type: 'gateway-api', namespace: 'shop', route: 'HTTPRoute/front', service: 'checkout' },
  });
});

test.each([
  ['a tag', 'registry.example.com:5000/shop/checkout:2.3.9', 'registry.example.com:5000/shop/checkout'],
  ['a digest', 'shop/checkout@sha256:0123', 'shop/checkout'],
  ['both', 'shop/checkout:2@sha256:0123', 'shop/checkout'],
  ['neither', 'checkout', 'checkout'],
])('releases the image whatever the running one has: %s', async (_, image, name) => {
  const { text } = await kubernetesSpec(found({}, [{ ...shop, image }]), given, prometheus());
  expect(planOf(text).target).toMatchObject({ image: `${name}:$version` });
});

describe('what it cannot know, it says', () => {
  const notesOn = async (changes: Partial<InCluster>, containers = [shop], source = prometheus()) => {
    const { text, notes } = await kubernetesSpec(found(changes, containers), given, source);
    planOf(text);
    return notes.join('\n');
  };

  test.each<[string, Partial<InCluster>, string]>([
    ['no Service', { services: [] }, 'No Service selects the pods of checkout'],
    ['several Services', { services: ['a', 'checkout'] }, 'Several Services select its pods (a, checkout)'],
    ['no route', { routes: [] }, 'the share of traffic follows the number of copies'],
    ['several routes', { routes: [...found().routes, ...found().routes] }, 'Several routes send to it'],
    ['no series', {}, 'Prometheus has no series of checkout'],
  ])('%s', async (_, changes, sentence) => {
    expect(await notesOn(changes)).toContain(sentence);
  });

  test('no readinessProbe', async () => {
    const { readinessProbe: _, ...bare } = shop;
    expect(await notesOn({}, [bare])).toContain('has no readinessProbe');
  });

  test('no Prometheus', async () => {
    const { text, notes } = await kubernetesSpec(found({ prometheus: null }), given, null);
    planOf(text);
    expect(notes.join()).toContain('No Prometheus was found in the cluster');
  });
});

test('measures pods by their own counters where the gateway does not count by Service', async () => {
  const [route] = found().routes;
  const envoy = { ...route!, controller: 'gateway.envoyproxy.io/gatewayclass-controller' };
  const { text, notes } = await kubernetesSpec(
    found({ routes: [envoy] }),
    given,
    prometheus('http_server_request_duration_seconds_count'),
  );
  expect(notes).toEqual([]);
  expect(text).toContain('preset: opentelemetry');
  expect(text).toContain('matches: checkout-canary-.*');
});

test('asks for the container where there are several', async () => {
  const containers = [shop, { name: 'proxy', image: 'envoy:1' }];
  await expect(kubernetesSpec(found({}, containers), given, null)).rejects.toThrow(
    'checkout has the containers shop, proxy: say by --container',
  );
  const { text } = await kubernetesSpec(found({}, containers), { ...given, container: 'shop' }, null);
  expect(planOf(text).target).toMatchObject({ container: 'shop' });
});

test('a Service of another name, a context and a name of the service are kept', async () => {
  const { text } = await kubernetesSpec(
    found({ services: ['web'] }),
    { namespace: 'shop', context: 'eu', service: 'store/checkout' },
    null,
  );
  expect(planOf(text)).toMatchObject({
    service: 'store/checkout',
    target: { context: 'eu', deployment: 'checkout' },
    traffic: { context: 'eu', service: 'web' },
  });
});
