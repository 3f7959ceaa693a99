import { describe, expect, test } from 'vitest';
import { dockerSpec, type Found } from '../../../src/cli/init/docker-spec.ts';
import type { Inspected } from '../../../src/cli/init/inspected.ts';
import { findProxy } from '../../../src/cli/init/traefik.ts';
import { parseSpec } from '../../../src/spec/parse.ts';

type Changes = Partial<Inspected['Config']> & {
  name?: string;
  networks?: string[];
  args?: string[];
  mounts?: Inspected['Mounts'];
  ports?: Inspected['NetworkSettings']['Ports'];
};

function container({
  name = 'checkout',
  networks = ['shop'],
  args,
  mounts,
  ports,
  ...config
}: Changes): Inspected {
  return {
    Name: name,
    Path: name,
    Args: args ?? [],
    Config: {
      Image: 'shop/checkout:2.3.9',
      Labels: {},
      ExposedPorts: { '8080/tcp': {} },
      Healthcheck: { Test: ['CMD', 'true'] },
      ...config,
    },
    Mounts: mounts ?? [],
    NetworkSettings: {
      Networks: Object.fromEntries(
        networks.map((network) => [network, { IPAddress: '10.0.0.2', Aliases: [] }]),
      ),
      Ports: ports ?? {},
    },
  };
}

const traefik = container({
  name: 'traefik',
  args: ['--providers.file.directory=/etc/traefik/dynamic/', '--metrics.prometheus.addserviceslabels=true'],
  mounts: [{ Source: '/srv/traefik', Destination: '/etc/traefik/dynamic' }],
  ports: { '8080/tcp': [{ HostPort: '8888' }] },
});

function found(changes: Changes, more: Partial<Found> = {}): Found {
  return {
    container: container(changes),
    proxy: findProxy([traefik]),
    sending: { service: 'checkout@docker', routers: ['checkout@docker'] },
    prometheus: 'http://127.0.0.1:9090',
    ...more,
  };
}

const planOf = (text: string) => parseSpec(text, 'rollout.yaml', { version: '2.4.0' }).plan;

test('a spec from a container is sound, and has nothing left to see to', () => {
  const { text, notes } = dockerSpec(found({}), {});
  expect(planOf(text)).toMatchObject({
    service: 'checkout',
    target: {
      type: 'docker',
      container: 'checkout',
      image: 'shop/checkout:$version',
      port: 8080,
      address: 'name',
    },
    traffic: { directory: '/srv/traefik', api: 'http://127.0.0.1:8888', router: 'checkout@docker' },
  });
  expect(notes).toEqual([]);
});

test.each<[string, Changes, object]>([
  [
    'a registry with a port and a digest',
    { Image: `registry.example:5000/shop/checkout:2.3.9@sha256:${'a'.repeat(64)}` },
    { image: 'registry.example:5000/shop/checkout:$version' },
  ],
  ['an image without a tag', { Image: 'checkout' }, { image: 'checkout:$version' }],
  [
    'a label with the port',
    {
      ExposedPorts: {},
      Labels: { 'traefik.http.services.checkout.loadbalancer.server.port': '3000' },
    },
    { port: 3000 },
  ],
  ['no network with the proxy', { networks: ['bridge'] }, { address: 'port' }],
  [
    'a compose service',
    {
      name: 'shop-checkout-1',
      Labels: {
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'checkout',
        'com.docker.compose.oneoff': 'False',
      },
    },
    { container: 'shop/checkout' },
  ],
  [
    'an image that compose has built',
    { Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'build' } },
    { container: 'checkout' },
  ],
])('is written for %s', (_, changes, target) => {
  expect(planOf(dockerSpec(found(changes), {}).text).target).toMatchObject(target);
});

test('what is given wins over what was found', () => {
  const { text } = dockerSpec(found({}), { service: 'staging/checkout', port: 9000 });
  expect(planOf(text)).toMatchObject({ service: 'staging/checkout', target: { port: 9000 } });
});

describe('what the container does not say', () => {
  test.each<[string, Changes, string]>([
    ['its port', { ExposedPorts: {} }, 'exposes no port'],
    [
      'which of its ports',
      { ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '53/udp': {} } },
      'the ports 80, 443',
    ],
    ['the name of its image', { Image: `sha256:${'b'.repeat(64)}` }, 'runs an image without a name'],
    ['more of its image than an id', { Image: 'abcdef012345' }, 'runs an image without a name'],
  ])('is asked for: %s', (_, changes, message) => {
    expect(() => dockerSpec(found(changes), {})).toThrow(message);
  });

  test('is noted where the spec can be completed by hand', () => {
    const nobody = found({ Healthcheck: null }, { proxy: null, sending: null, prometheus: null });
    const { text, notes } = dockerSpec(nobody, {});
    expect(planOf(text).traffic).toMatchObject({ directory: '/etc/traefik/dynamic' });
    expect(
      notes.map((note) => /^(No Traefik|No Prometheus|The container has no HEALTHCHECK)/.test(note)),
    ).toEqual([true, true, true]);
  });

  test('nor does a proxy without a mount, an API or counts', () => {
    const bare = container({ name: 'traefik', args: ['--providers.file.directory=/etc/traefik'] });
    const { notes } = dockerSpec(found({}, { proxy: findProxy([bare]), sending: null }), {});
    expect(notes.join('\n')).toMatch(
      /is no mount.*\n.*publishes no port 8080.*\n.*which Traefik service.*\n.*counts nothing/,
    );
  });
});

test('a name from outside stays a name', () => {
  const Labels = {
    'com.docker.compose.project': 'shop',
    'com.docker.compose.service': 'a: b\ntarget: {}',
    'com.docker.compose.oneoff': 'False',
  };
  expect(() => planOf(dockerSpec(found({ Labels }), {}).text)).toThrow(/service/);
});
