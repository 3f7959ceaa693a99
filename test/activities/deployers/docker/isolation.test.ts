import { expect, test } from 'vitest';
import { intrusions } from '../../../../activities/deployers/docker/isolation.ts';
import { container } from './containers.ts';

const terms = { shared: [], byName: true };
const stable = container({
  Mounts: [
    { Type: 'volume', Name: 'orders', Source: '/var/lib/docker/orders', Destination: '/orders', RW: true },
    { Type: 'bind', Source: '/srv/shop', Destination: '/srv', RW: true },
    { Type: 'bind', Source: '/etc/shop', Destination: '/etc/shop', RW: false },
  ],
  HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '', HostPort: '80' }] } },
});

/** A copy as it ought to be, and what is otherwise. */
const copy = (other: Parameters<typeof container>[0] = {}) =>
  container({
    Id: 'f'.repeat(64),
    Name: '/checkout-canary-1',
    ...other,
    Config: { Hostname: 'f'.repeat(12), ...other.Config },
    HostConfig: { Memory: 1024 ** 3, ...other.HostConfig },
    Networks: { shop_default: { Aliases: ['f'.repeat(12)] }, ...other.Networks },
  });

test('nothing is wrong with a copy that has names, limits and volumes of its own', () => {
  const mounts = [
    { Type: 'volume', Name: 'c'.repeat(64), Source: '/x', Destination: '/cache', RW: true },
    { Type: 'bind', Source: '/etc/shop', Destination: '/etc/shop', RW: false },
    { Type: 'tmpfs', Source: '', Destination: '/tmp', RW: true },
  ];
  expect(intrusions(copy({ Mounts: mounts }), [stable], terms)).toEqual([]);
});

test.each<[string, Parameters<typeof container>[0], string]>([
  [
    'an alias of stable',
    { Networks: { shop_default: { Aliases: ['checkout'] } } },
    'it would answer to checkout',
  ],
  [
    'a name in DNS of stable',
    { Networks: { shop_default: { DNSNames: ['web'] } } },
    'it would answer to web',
  ],
  [
    'the host name of stable',
    { Config: { Hostname: stable.Config.Hostname } },
    'it would answer to 0573c6b3a54e',
  ],
  [
    'a port of stable',
    { HostConfig: { PortBindings: { '9090/tcp': [{ HostIp: '127.0.0.1', HostPort: '80' }] } } },
    'it would publish port 80, which stable publishes',
  ],
  [
    'a volume that stable writes to',
    { Mounts: stable.Mounts },
    'it would write to orders, as stable does: mount it read-only, or, if two versions may write there at once, add it to `shared`',
  ],
  [
    'the network of the host',
    { HostConfig: { NetworkMode: 'host' } },
    'it would share the network of the host',
  ],
  [
    'the network of another',
    { HostConfig: { NetworkMode: 'container:abc' } },
    'of another container (container:abc)',
  ],
  ['the IPC of another', { HostConfig: { IpcMode: 'container:abc' } }, 'it would share the IPC namespace'],
  ['no limit', { HostConfig: { Memory: 0 } }, 'it has no limit of memory of its own'],
])('a copy with %s is not apart', (_, other, sentence) => {
  expect(intrusions(copy(other), [stable], terms).join('\n')).toContain(sentence);
});

test('volumes and directories that the spec names may be written to by both', () => {
  const made = copy({ Mounts: stable.Mounts });
  expect(intrusions(made, [stable], { ...terms, shared: ['orders', '/srv/shop'] })).toEqual([]);
  expect(intrusions(made, [stable], { ...terms, shared: ['orders'] })).toHaveLength(1);
});

test('a copy in the default network alone has no name there, but may have a port', () => {
  const made = container({
    ...{ Name: '/c', Id: 'e'.repeat(64) },
    Config: { Hostname: 'e'.repeat(12) },
    HostConfig: { NetworkMode: 'default', Memory: 1 },
  });
  made.NetworkSettings.Networks = { bridge: {} };
  expect(intrusions(made, [stable], terms).join()).toContain('in no network in which containers have names');
  expect(intrusions(made, [stable], { ...terms, byName: false })).toEqual([]);
});
