import { expect, test } from 'vitest';
import { onlyDeclared } from '../../activities/declared.ts';
import type { Grants, Use } from '../../activities/ports.ts';
import { failureOf } from '../support/failures.ts';
import { everything, grantsOf } from '../support/grants.ts';

const declared: Use[] = [
  { at: 'url', url: 'https://Shop.example/api' },
  { at: 'headers.authorization', secret: 'TOKEN', goesTo: 'https://shop.example/api' },
  { at: 'env.KEY', secret: 'KEY', goesTo: 'command' },
  { at: 'hook', secretUrl: 'HOOK' },
  { at: 'command[0]', command: 'k6' },
  { at: 'env.MODE', variable: 'MODE' },
  { at: 'socket', socket: '/var/run/docker.sock' },
  { at: 'image', image: 'shop/checkout:$version' },
  { at: 'namespace', context: 'production', namespace: 'shop' },
];
const granted = onlyDeclared(declared, everything, 'target toy');

test.each<[string, (grants: Grants) => unknown]>([
  ['the host of a URL, however it is written', (grants) => grants.checkUrl('https://shop.example.:443/x?y')],
  ['a secret for that host', (grants) => grants.secret('TOKEN', 'https://shop.example/other')],
  ['a secret for a command', (grants) => grants.secret('KEY', 'command')],
  ['a URL that is a secret', (grants) => grants.secretUrl('HOOK')],
  ['a command', (grants) => grants.command('k6')],
  ['a variable', (grants) => grants.checkCommandVariable('MODE')],
  ['a socket', (grants) => grants.checkSocket('/var/run/docker.sock')],
  ['an image, with its version', (grants) => grants.checkImage('shop/checkout:2.4.0')],
  ['a namespace', (grants) => grants.checkNamespace('production', 'shop')],
])('an adapter gets what it declares: %s', (_, ask) => {
  expect(() => ask(granted)).not.toThrow();
});

test.each<[string, (grants: Grants) => unknown]>([
  ['the host other.example:443', (grants) => grants.checkUrl('https://other.example/')],
  ['the host shop.example:80', (grants) => grants.checkUrl('http://shop.example/')],
  ['the secret OTHER', (grants) => grants.secret('OTHER', 'https://shop.example/')],
  ['the secret TOKEN for other.example:443', (grants) => grants.secret('TOKEN', 'https://other.example/')],
  ['the secret TOKEN for command', (grants) => grants.secret('TOKEN', 'command')],
  ['the secret KEY for shop.example:443', (grants) => grants.checkSecret('KEY', 'https://shop.example/')],
  ['the URL in the secret TOKEN', (grants) => grants.secretUrl('TOKEN')],
  ['the command sh', (grants) => grants.command('sh')],
  ['the variable BASH_ENV', (grants) => grants.checkCommandVariable('BASH_ENV')],
  ['the socket /run/containerd.sock', (grants) => grants.checkSocket('/run/containerd.sock')],
  ['the image shop/checkout2:2.4.0', (grants) => grants.checkImage('shop/checkout2:2.4.0')],
  [
    'the namespace kube-system of the Kubernetes context production',
    (grants) => grants.checkNamespace('production', 'kube-system'),
  ],
  [
    'the namespace shop of the Kubernetes context staging',
    (grants) => grants.checkNamespace('staging', 'shop'),
  ],
])('an adapter that asks for %s without declaring it is at fault, whatever is allowed', async (what, ask) => {
  const failure = await failureOf(() => ask(granted));
  expect(failure).toMatchObject({ type: 'AdapterFault', nonRetryable: true });
  expect(failure.message).toContain(`the adapter target toy asked for ${what}`);
});

test('what is declared is still held against what the operator allows', async () => {
  const allowed = grantsOf(() => 'hush', ['loopback']);
  const grants = onlyDeclared(declared, allowed, 'target toy');
  for (const ask of [
    () => grants.checkUrl('https://shop.example/'),
    () => grants.checkSocket('/var/run/docker.sock'),
    () => grants.command('k6'),
  ])
    expect(await failureOf(ask)).toMatchObject({ type: 'NotAllowed' });
});

test('who declares a host that the target tells may use any that specs may use, and no other', async () => {
  const told = onlyDeclared(
    [{ at: 'path', url: null }],
    grantsOf(() => 'hush', ['*.example']),
    'load http',
  );
  expect(() => told.checkUrl('http://canary.example/')).not.toThrow();
  expect(await failureOf(() => told.checkUrl('http://10.0.0.1/'))).toMatchObject({ type: 'NotAllowed' });
});

test('a URL that is no URL is refused as such, and opens nothing where it is declared', async () => {
  const grants = onlyDeclared(
    [{ at: 'url', url: 'shop' }],
    grantsOf(() => 'hush'),
    'target toy',
  );
  expect(await failureOf(() => grants.checkUrl('shop'))).toMatchObject({ type: 'NotAllowed' });
  expect(await failureOf(() => grants.checkUrl('http://127.0.0.1/'))).toMatchObject({ type: 'AdapterFault' });
});

test('the host of a URL that is a secret may be used once the URL was asked for', async () => {
  const allowed = grantsOf(() => 'http://127.0.0.1:9/hook');
  const grants = onlyDeclared([{ at: 'url', secretUrl: 'HOOK' }], allowed, 'notify toy');
  expect(await failureOf(() => grants.checkUrl('http://127.0.0.1:9/'))).toMatchObject({
    type: 'AdapterFault',
  });
  expect(() => grants.checkUrl(grants.secretUrl('HOOK'))).not.toThrow();
});
