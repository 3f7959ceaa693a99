import { describe, expect, test } from 'vitest';
import { clone, type Beside, type Made } from '../../../../activities/deployers/docker/clone.ts';
import { container, image } from './containers.ts';

const labels = { 'coalmine.service': 'checkout' };
const beside: Beside = { port: 8080, hostPort: null, memory: 512 * 1024 ** 2 };
const wanted = { image: 'shop/checkout:2.4.0', env: {}, labels, beside };
const inPlace = { ...wanted, beside: null };

interface Body {
  Hostname?: string;
  Env: string[];
  Cmd: string[] | null;
  Entrypoint: string[] | null;
  WorkingDir?: string;
  User?: string;
  Healthcheck?: Record<string, unknown>;
  Labels: Record<string, string>;
  ExposedPorts: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
  NetworkingConfig?: { EndpointsConfig: Record<string, Record<string, unknown>> };
}

const bodyOf = ({ body }: Made): Body => body as unknown as Body;

describe('what comes from the image of the container', () => {
  test('is left to the new image: variables, command, directory, labels', () => {
    const body = bodyOf(clone(container(), image(), wanted));
    expect(body.Env).toEqual(['LEVEL=info', 'DB_PASSWORD=hush']);
    expect(body.Cmd).toBeNull();
    expect(body.Entrypoint).toBeNull();
    expect(body).not.toHaveProperty('WorkingDir');
    expect(body).not.toHaveProperty('User');
    expect(body.Labels).not.toHaveProperty('vendor');
  });

  test('is carried over where the user has said otherwise', () => {
    const from = container({
      Config: {
        Env: ['PATH=/opt/bin', 'TUNING=mine'],
        Cmd: ['node', '/srv.js', '--fast'],
        WorkingDir: '/srv',
        User: '1000',
      },
    });
    expect(bodyOf(clone(from, image(), wanted))).toMatchObject({
      Env: ['PATH=/opt/bin', 'TUNING=mine'],
      Cmd: ['node', '/srv.js', '--fast'],
      Entrypoint: null,
      WorkingDir: '/srv',
      User: '1000',
    });
  });

  test("a command is the user's own where the entrypoint is, even if it reads like the image's", () => {
    const from = container({ Config: { Entrypoint: ['tini', '--'] } });
    const body = bodyOf(clone(from, image(), wanted));
    expect([body.Entrypoint, body.Cmd]).toEqual([
      ['tini', '--'],
      ['node', '/srv.js'],
    ]);
  });

  test('an entrypoint and a command of the image stay with it', () => {
    const config = { Entrypoint: ['/entry.sh'], Cmd: ['serve'] };
    const body = bodyOf(clone(container({ Config: config }), image(config), wanted));
    expect([body.Entrypoint, body.Cmd]).toEqual([null, null]);
  });

  test('of a health check only what the user has changed is carried over', () => {
    const ofImage = { Test: ['CMD', 'old-check'], Interval: 5, Retries: 3 };
    const from = container({ Config: { Healthcheck: { ...ofImage, Interval: 1 } } });
    expect(bodyOf(clone(from, image({ Healthcheck: ofImage }), wanted)).Healthcheck).toEqual({ Interval: 1 });
  });
});

describe('a copy beside stable', () => {
  test('is reached by nothing that reaches stable', () => {
    const from = container({
      Config: { Hostname: 'checkout', Env: ['VIRTUAL_HOST=shop.example', 'A=1'] },
      HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '', HostPort: '80' }] }, PublishAllPorts: true },
    });
    const made = clone(from, image(), wanted);
    const body = bodyOf(made);
    expect(body).not.toHaveProperty('Hostname');
    expect(body.Env).toEqual(['A=1']);
    expect(body.Labels).toEqual({ team: 'checkout', 'traefik.enable': 'false', ...labels });
    expect(body.HostConfig).toMatchObject({ PortBindings: {}, PublishAllPorts: false });
    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({ shop_default: {} });
    expect(made.changed).toEqual([
      'without the variable VIRTUAL_HOST, by which a proxy would send traffic',
      'without the names web, checkout in its networks',
      'without the published port 8080/tcp',
      'without labels of compose, swarm and proxies (3)',
      'at most 512 MiB of memory',
    ]);
  });

  test('keeps what else the user has set', () => {
    const from = container({ HostConfig: { Memory: 64 * 1024 ** 2, CapAdd: ['NET_ADMIN'] } });
    const { HostConfig } = bodyOf(
      clone(from, image(), { ...wanted, beside: { ...beside, memory: 64 * 1024 ** 2 } }),
    );
    expect(HostConfig).toMatchObject({
      CapAdd: ['NET_ADMIN'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
      RestartPolicy: { Name: 'unless-stopped' },
      Memory: 64 * 1024 ** 2,
    });
  });

  test('is published on a fixed port of this machine where the proxy is on the host', () => {
    const made = clone(container(), image(), { ...wanted, beside: { ...beside, hostPort: 23_456 } });
    expect(bodyOf(made).HostConfig['PortBindings']).toEqual({
      '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '23456' }],
    });
    expect(made.changed).toContain('published on 127.0.0.1:23456');
  });

  test('has volumes of its own in place of those without a name', () => {
    const hash = 'a'.repeat(64);
    const from = container({
      HostConfig: {
        Mounts: [
          { Type: 'volume', Source: hash, Target: '/cache' },
          { Type: 'volume', Source: 'orders', Target: '/orders' },
        ],
        Binds: [`${hash}:/tmp2`, '/etc/shop:/etc/shop:ro'],
      },
    });
    const { HostConfig } = bodyOf(clone(from, image(), wanted));
    expect(HostConfig['Mounts']).toEqual([{ Type: 'volume', Source: 'orders', Target: '/orders' }]);
    expect(HostConfig['Binds']).toEqual(['/etc/shop:/etc/shop:ro']);
  });

  test('gets the variables of the spec, and the history their names only', () => {
    const made = clone(container(), image(), { ...wanted, env: { LEVEL: 'debug', DB_PASSWORD: null } });
    expect(bodyOf(made).Env).toEqual(['LEVEL=debug', 'DB_PASSWORD']);
    expect(made.changed.slice(0, 2)).toEqual(['variable LEVEL', 'without the variable DB_PASSWORD']);
    expect(made.changed.join()).not.toMatch(/debug|hush/);
  });
});

describe("what takes stable's place", () => {
  test('is reached by all that has reached it', () => {
    const from = container({
      Config: { Hostname: 'checkout' },
      HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '', HostPort: '80' }] } },
    });
    const made = clone(from, image(), inPlace);
    const body = bodyOf(made);
    expect(body.Hostname).toBe('checkout');
    expect(body.Labels).toMatchObject({
      'com.docker.compose.service': 'web',
      'traefik.http.routers.web.rule': 'Host(`shop.example`)',
    });
    expect(body.HostConfig).toMatchObject({ PortBindings: { '8080/tcp': [{ HostPort: '80' }] }, Memory: 0 });
    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({
      shop_default: { IPAMConfig: { IPv4Address: '10.5.0.7' }, Aliases: ['web', 'checkout'] },
    });
    expect(made.changed).toEqual([]);
  });

  test('keeps the data of volumes without a name', () => {
    const hash = 'b'.repeat(64);
    const from = container({
      HostConfig: { Binds: ['orders:/orders'] },
      Mounts: [
        { Type: 'volume', Name: hash, Source: '/var/lib/docker/x', Destination: '/cache', RW: true },
        { Type: 'volume', Name: 'orders', Source: '/var/lib/docker/y', Destination: '/orders', RW: true },
      ],
    });
    expect(bodyOf(clone(from, image(), inPlace)).HostConfig['Mounts']).toEqual([
      { Type: 'volume', Source: hash, Target: '/cache' },
    ]);
  });

  test('drops the labels of an earlier release, and a host name that was only its id', () => {
    const from = container({ Config: { Labels: { 'coalmine.version': '2.3.9', 'coalmine.effect': '7' } } });
    const body = bodyOf(clone(from, image(), inPlace));
    expect(body.Labels).toEqual(labels);
    expect(body).not.toHaveProperty('Hostname');
  });
});

test('is made with the network of its mode, and connected to the others', () => {
  const networks = { metrics: { Aliases: ['m'], NetworkID: 'f00' } };
  const made = clone(container({ Networks: networks }), image(), wanted);
  expect(Object.keys(bodyOf(made).NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['shop_default']);
  expect(made.networks).toEqual([{ name: 'metrics', endpoint: {} }]);
  const byId = container({ HostConfig: { NetworkMode: 'f00' }, Networks: networks });
  expect(Object.keys(bodyOf(clone(byId, image(), wanted)).NetworkingConfig?.EndpointsConfig ?? {})).toEqual([
    'metrics',
  ]);
});

test('links are written as the engine wants them, not as it tells them', () => {
  const from = container({ HostConfig: { Links: ['/db:/shop-web-1/database'] } });
  expect(bodyOf(clone(from, image(), wanted)).HostConfig['Links']).toEqual(['db:database']);
});
