import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { variables } from '../src/variables.ts';
import { fileWith } from './cli/coalmine.ts';

describe('an empty environment', () => {
  const config = readConfig({ HOME: '/home/ada' });

  test('allows specs nothing', () => {
    expect(config.allowHosts).toEqual([]);
    expect(config.allowSecrets).toEqual([]);
    expect(config.allowCommands).toEqual([]);
    expect(config.allowSockets).toEqual([]);
    expect(config.allowNamespaces).toEqual([]);
  });

  test('limits no image: an engine is allowed by its socket', () => {
    expect(config.allowImages).toEqual(['*']);
  });

  test('gives each task queue its slots', () => {
    expect(config.slots).toEqual({ effects: 100, watch: 1000, load: 20 });
    expect(config.loadRate).toBe(2000);
  });

  test('listens nowhere, and logs for people', () => {
    expect(config).toMatchObject({ healthAddress: null, metricsAddress: null });
    expect(config.log).toEqual({ format: 'text', level: 'info' });
  });

  test('gives effects ten seconds to end, and memory to rollouts as there is', () => {
    expect(config).toMatchObject({ shutdownGrace: 10_000, cachedRollouts: null });
  });

  test('keeps downloads in ~/.cache/coalmine', () => {
    expect(config.cacheDir).toBe('/home/ada/.cache/coalmine');
  });

  test('names no Temporal server and no binary', () => {
    expect(config.temporal.namedBy).toBeNull();
    expect(config.temporalCli).toBeNull();
  });
});

test('reads what is set', () => {
  const config = readConfig({
    COALMINE_ALLOW_HOSTS: 'loopback, Metrics.Example.com:9090,*.svc.local,[::1]:80, 10.0.0.7',
    COALMINE_ALLOW_SECRETS: 'HOOK_TOKEN@Hooks.example:443,PROMETHEUS_PASSWORD, HOOK_TOKEN@command',
    COALMINE_ALLOW_COMMANDS: 'k6, /opt/load tools/wrk.sh',
    COALMINE_ALLOW_COMMAND_ENV: 'TOKEN, MODE',
    COALMINE_ALLOW_DIRECTORIES: '/etc/traefik/dynamic, /srv/my traefik/',
    COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock',
    COALMINE_ALLOW_IMAGES: 'shop/*, localhost:5000/checkout',
    COALMINE_ALLOW_NAMESPACES: 'shop, prod/shop-*,arn:aws:eks:eu-west-1:1:cluster/one/shop, */*',
    COALMINE_EFFECT_SLOTS: '7',
    COALMINE_WATCH_SLOTS: '100000',
    COALMINE_LOAD_SLOTS: '1',
    COALMINE_CACHED_ROLLOUTS: '50',
    COALMINE_SHUTDOWN_GRACE: '30',
    COALMINE_HEALTH_ADDRESS: '0.0.0.0:8080',
    COALMINE_METRICS_ADDRESS: '[::1]:9464',
    COALMINE_LOG: 'json',
    COALMINE_LOG_LEVEL: 'warn',
    TEMPORAL_CLI_PATH: '/opt/temporal',
    XDG_CACHE_HOME: '/var/cache',
    PATH: '/usr/bin:/bin',
  });
  expect(config).toMatchObject({
    allowHosts: ['loopback', 'metrics.example.com:9090', '*.svc.local', '[::1]:80', '10.0.0.7'],
    allowSecrets: ['HOOK_TOKEN', 'PROMETHEUS_PASSWORD'],
    secretPlaces: new Map([['HOOK_TOKEN', ['hooks.example:443', 'command']]]),
    allowCommands: ['k6', '/opt/load tools/wrk.sh'],
    allowCommandEnv: ['TOKEN', 'MODE'],
    allowDirectories: ['/etc/traefik/dynamic', '/srv/my traefik'],
    allowSockets: ['/var/run/docker.sock'],
    allowImages: ['shop/*', 'localhost:5000/checkout'],
    allowNamespaces: [
      { context: '', namespace: 'shop' },
      { context: 'prod', namespace: 'shop-*' },
      { context: 'arn:aws:eks:eu-west-1:1:cluster/one', namespace: 'shop' },
      { context: '*', namespace: '*' },
    ],
    slots: { effects: 7, watch: 100_000, load: 1 },
    cachedRollouts: 50,
    shutdownGrace: 30_000,
    healthAddress: { host: '0.0.0.0', port: 8080 },
    metricsAddress: { host: '::1', port: 9464 },
    log: { format: 'json', level: 'warn' },
    temporalCli: '/opt/temporal',
    cacheDir: '/var/cache/coalmine',
    searchPath: ['/usr/bin', '/bin'],
  });
});

test('an empty value is as good as none', () => {
  const config = readConfig({ COALMINE_ALLOW_HOSTS: '', COALMINE_LOAD_SLOTS: '', TEMPORAL_ADDRESS: '' });
  expect(config.allowHosts).toEqual([]);
  expect(config.slots.load).toBe(20);
  expect(config.temporal).toEqual({ namedBy: null, variables: {} });
});

test.each([
  ['COALMINE_EFFECT_SLOTS', '0', 'a whole number from 1 to 100000'],
  ['COALMINE_EFFECT_SLOTS', '-3', 'a whole number from 1 to 100000'],
  ['COALMINE_WATCH_SLOTS', 'many', 'a whole number from 1 to 100000'],
  ['COALMINE_WATCH_SLOTS', '100001', 'a whole number from 1 to 100000'],
  ['COALMINE_LOAD_SLOTS', '2.5', 'a whole number from 1 to 100000'],
  ['COALMINE_CACHED_ROLLOUTS', '0', 'a whole number from 1 to 100000'],
  ['COALMINE_SHUTDOWN_GRACE', '10s', 'a whole number from 1 to 600'],
  ['COALMINE_ALLOW_SOCKETS', 'unix:///var/run/docker.sock', 'absolute paths of sockets'],
  ['COALMINE_ALLOW_IMAGES', 'shop/checkout:2.4.0', 'no tag, no digest'],
  ['COALMINE_ALLOW_IMAGES', 'shop/*/checkout', 'no tag, no digest'],
  ['COALMINE_ALLOW_IMAGES', 'https://registry.example.com/shop', 'repositories such as'],
  ['COALMINE_ALLOW_NAMESPACES', 'prod/', 'NAMESPACE, or CONTEXT/NAMESPACE'],
  ['COALMINE_ALLOW_NAMESPACES', 'Shop', 'NAMESPACE, or CONTEXT/NAMESPACE'],
  ['COALMINE_HEALTH_ADDRESS', '8080', 'host:port, such as 127.0.0.1:9464'],
  ['COALMINE_HEALTH_ADDRESS', 'localhost:0', 'host:port'],
  ['COALMINE_METRICS_ADDRESS', 'http://localhost:9464', 'host:port'],
  ['COALMINE_METRICS_ADDRESS', '::1:9464', 'host:port'],
  ['COALMINE_METRICS_ADDRESS', 'localhost:65536', 'host:port'],
  ['COALMINE_LOG', 'JSON', 'text, json'],
  ['COALMINE_LOG_LEVEL', 'verbose', 'debug, info, warn, error'],
  ['COALMINE_ALLOW_HOSTS', 'http://metrics', 'no scheme'],
  ['COALMINE_ALLOW_HOSTS', 'metrics/path', 'no path'],
  ['COALMINE_ALLOW_HOSTS', '*', '*.example.com'],
  ['COALMINE_ALLOW_HOSTS', 'a.*.example.com', '*.example.com'],
  ['COALMINE_ALLOW_HOSTS', 'metrics:http', 'host:port'],
  ['COALMINE_ALLOW_COMMANDS', 'bin/k6', 'names of commands such as k6, and absolute paths'],
  ['COALMINE_ALLOW_COMMAND_ENV', 'LD_PRELOAD', 'other than PATH, HOME, TMPDIR, LD_… and DYLD_…'],
  ['COALMINE_ALLOW_COMMAND_ENV', 'PATH', 'names of environment variables'],
  ['COALMINE_ALLOW_DIRECTORIES', 'dynamic', 'absolute paths'],
  ['COALMINE_ALLOW_DIRECTORIES', '/', 'absolute paths'],
  ['COALMINE_ALLOW_DIRECTORIES', '/etc/../srv', 'absolute paths without . or .. in them'],
  ['COALMINE_ALLOW_SECRETS', 'TOKEN@', 'NAME@host:port'],
  ['COALMINE_ALLOW_SECRETS', 'TOKEN@http://a', 'NAME@host:port'],
  ['COALMINE_ALLOW_SECRETS', 'hook-token', 'names of environment variables'],
  ['XDG_CACHE_HOME', 'cache', 'an absolute path'],
])('refuses %s=%s with its name, what was found and what is allowed', (name, value, allowed) => {
  const read = () => readConfig({ [name]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`${name}: found "${value}", allowed: `);
  expect(read).toThrow(allowed);
});

test('tells of all bad values at once', () => {
  const read = () => readConfig({ COALMINE_LOAD_SLOTS: 'x', XDG_CACHE_HOME: 'y' });
  expect(read).toThrow(/COALMINE_LOAD_SLOTS: .*\nXDG_CACHE_HOME: /);
});

describe('a secret', () => {
  const config = readConfig({ COALMINE_ALLOW_SECRETS: 'TOKEN,ABSENT', TOKEN: 's3cret', HIDDEN: 'x' });

  test('on the list is read', () => {
    expect(config.secret('TOKEN')).toBe('s3cret');
  });

  test('off the list is refused, though it has a value', () => {
    expect(() => config.secret('HIDDEN')).toThrow(
      'The secret HIDDEN may not be used: it is not in COALMINE_ALLOW_SECRETS (TOKEN, ABSENT)',
    );
  });

  test('without a value says which variable to set', () => {
    expect(() => config.secret('ABSENT')).toThrow('set the variable ABSENT where the worker runs');
  });

  test('is not in what the configuration prints', () => {
    expect(JSON.stringify(config)).not.toContain('s3cret');
  });
});

test.each([
  [{ TEMPORAL_ADDRESS: 'a:7233', TEMPORAL_PROFILE: 'b', TEMPORAL_CONFIG_FILE: 'c' }, 'TEMPORAL_ADDRESS'],
  [{ TEMPORAL_PROFILE: 'b', TEMPORAL_CONFIG_FILE: 'c' }, 'TEMPORAL_PROFILE'],
  [{ TEMPORAL_CONFIG_FILE: 'c' }, 'TEMPORAL_CONFIG_FILE'],
  [{ TEMPORAL_NAMESPACE: 'n' }, null],
])('a Temporal server named by %j counts as named by %s', (env, namedBy) => {
  expect(readConfig(env).temporal).toEqual({ namedBy, variables: env });
});

test('docs/configuration.md lists exactly the variables that there are, in their words (npm run config-docs writes them)', () => {
  const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\S+)` +\| (.*?) +\| (.*?) +\|$/gm)];
  const listed = rows.map(([, name, what, otherwise]) => [name, what!.replaceAll('\\*', '*'), otherwise]);
  expect(listed).toEqual(
    Object.entries(variables).map(([name, { what, default: otherwise }]) => [name, what, otherwise]),
  );
});

describe('payload keys', () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
  const refusals: [string, string, string][] = [
    ['no id', key, 'entry 1 of 1 has no colon'],
    ['a short key', `a:${Buffer.from('short').toString('base64')}`, 'entry 1 of 1 has a key of 5 bytes'],
    ['no base64', `a:${key},b:${key.slice(0, -2)}!?`, 'entry 2 of 2 has a key that is not base64'],
    ['key and id the wrong way round', `${key}:a`, 'entry 1 of 1 has an id that cannot be used'],
    ['the same id twice', `a:${key},a:${key}`, 'entry 2 of 2 has the id of an earlier one'],
    ['the word plain alone', 'plain', 'has no key'],
    ['the word plain at the end', `a:${key},plain`, 'entry 2 of 2 has no colon'],
    ['separators alone', ' , \n', 'has no key'],
  ];
  test.each(refusals)('%s: refused, without a character of it', (_, text, why) => {
    const read = (): unknown => readConfig({ COALMINE_PAYLOAD_KEYS: text });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`COALMINE_PAYLOAD_KEYS: ${why}`);
    expect(read).not.toThrow(key.slice(0, 6));
    expect(read).toThrow('openssl rand -base64 32');
  });

  test('come from a file, one a line, and print as none of their bytes', async () => {
    const file = await fileWith(`new:${key}\nold:${key}\n`);
    const { payloadKeys } = readConfig({ COALMINE_PAYLOAD_KEYS_FILE: file });
    expect(payloadKeys.encrypting?.id).toBe('new');
    expect([...payloadKeys.decrypting.keys()]).toEqual(['new', 'old']);
    expect(inspect(payloadKeys, { depth: 9 }) + JSON.stringify(payloadKeys)).not.toContain('0123');
  });

  test.each(['/no/such/file', '/dev/zero', '/'])('the file %s is refused', (file) => {
    expect(() => readConfig({ COALMINE_PAYLOAD_KEYS_FILE: file })).toThrow(
      'COALMINE_PAYLOAD_KEYS_FILE: no file',
    );
  });

  test('are no secret that specs may use', () => {
    for (const name of ['COALMINE_PAYLOAD_KEYS', 'COALMINE_PAYLOAD_KEYS_FILE'])
      expect(() => readConfig({ COALMINE_ALLOW_SECRETS: name })).toThrow('COALMINE_ALLOW_SECRETS');
  });
});
