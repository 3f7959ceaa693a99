import { describe, expect, test } from 'vitest';
import { createGrants } from '../../activities/grants.ts';
import { readConfig } from '../../src/config.ts';
import { failureOf } from '../support/failures.ts';
import { grantsOf } from '../support/grants.ts';

const secret = (): string => 'hush';

function allows(entry: string, url: string): boolean {
  try {
    grantsOf(secret, [entry]).checkUrl(url);
    return true;
  } catch {
    return false;
  }
}

describe('an entry of the list of hosts', () => {
  test.each([
    ['shop.example', 'http://shop.example/x'],
    ['shop.example', 'https://shop.example:8443'],
    ['shop.example', 'http://SHOP.Example/'],
    ['SHOP.example', 'http://shop.example/'],
    ['shop.example', 'http://shop.example./'],
    ['shop.example:80', 'http://shop.example/'],
    ['shop.example:443', 'https://shop.example/'],
    ['shop.example:8080', 'http://shop.example:8080'],
    ['shop.example:8080', 'http://shop.example:08080'],
    ['*.example.com', 'http://a.example.com'],
    ['*.example.com', 'http://a.b.example.com.'],
    ['*.example.com:8080', 'http://a.example.com:8080'],
    ['bücher.example', 'http://xn--bcher-kva.example/'],
    ['10.0.0.7', 'http://10.0.0.7:9000'],
    ['10.0.0.7', 'http://0x0a000007/'],
    ['[fd00::1]', 'http://[FD00:0:0::1]:8080/'],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080/'],
    ['loopback', 'http://127.0.0.1:3000'],
    ['loopback', 'http://127.9.9.9'],
    ['loopback', 'http://127.1'],
    ['loopback', 'http://2130706433/'],
    ['loopback', 'http://0177.0.0.1/'],
    ['loopback', 'http://0x7f.1/'],
    ['loopback', 'http://[::1]:8080'],
    ['loopback', 'http://[0:0:0:0:0:0:0:1]/'],
    ['loopback', 'https://LOCALHOST./'],
  ])('%s allows %s', (entry, url) => {
    expect(allows(entry, url)).toBe(true);
  });

  test.each([
    ['shop.example', 'http://other.example/'],
    ['shop.example', 'http://evilshop.example/'],
    ['shop.example', 'http://shop.example.evil.com/'],
    ['shop.example', 'http://a.shop.example/'],
    ['shop.example', 'http://shop.example@evil.com/'],
    ['shop.example', 'http://evil.com\\@shop.example/'],
    ['shop.example', 'http://evil.com#@shop.example/'],
    ['shop.example', 'http://evil.com?@shop.example/'],
    ['shop.example', 'http://me:pw@shop.example/'],
    ['shop.example', 'http://me@shop.example/'],
    ['shop.example', 'ftp://shop.example/'],
    ['shop.example', 'file://shop.example/etc/passwd'],
    ['shop.example', 'shop.example/x'],
    ['shop.example', '//shop.example/x'],
    ['shop.example', 'http://shop.example../'],
    ['shop.example:80', 'https://shop.example/'],
    ['shop.example:443', 'http://shop.example/'],
    ['shop.example:8080', 'http://shop.example/'],
    ['shop.example:8080', 'http://shop.example:80801/'],
    ['*.example.com', 'http://example.com/'],
    ['*.example.com', 'http://.example.com/'],
    ['*.example.com', 'http://evilexample.com/'],
    ['*.example.com', 'http://a.example.com.evil.com/'],
    ['*.example.com:8080', 'http://a.example.com:8081'],
    ['*.example.com', 'http://[::1]/'],
    ['127.0.0.1', 'http://localhost/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['loopback', 'http://127.0.0.1.evil.com/'],
    ['loopback', 'http://localhost.evil.com/'],
    ['loopback', 'http://evil.localhost/'],
    ['loopback', 'http://127.0.0.1@evil.com/'],
    ['loopback', 'http://0.0.0.0/'],
    ['loopback', 'http://[::]/'],
    ['loopback', 'http://[::ffff:10.0.0.1]/'],
    ['loopback', 'http://128.0.0.1/'],
    ['loopback', 'http://10.0.0.1/'],
    ['loopback', 'http://loopback/'],
  ])('%s does not allow %s', (entry, url) => {
    expect(allows(entry, url)).toBe(false);
  });

  test.each([
    '*',
    '*.',
    '',
    'http://shop.example',
    'shop.example/x',
    'a.*.com',
    'me@shop.example',
    '::1',
    '999.1.1.1',
    'shop.example:99999',
  ])('is refused when the worker starts if it is %j', (entry) => {
    expect(() => grantsOf(secret, [entry])).toThrow(
      `COALMINE_ALLOW_HOSTS: found ${JSON.stringify(entry)}, expected host, host:port, *.example.com or loopback`,
    );
  });
});

test('nothing is allowed by an empty list', async () => {
  const failure = await failureOf(() => {
    grantsOf(secret, []).checkUrl('http://127.0.0.1/');
  });
  expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
  expect(failure.message).toMatch(/COALMINE_ALLOW_HOSTS=127\.0\.0\.1:80$/);
});

test('a refusal says what the operator must add', async () => {
  const failure = await failureOf(() => {
    grantsOf(secret).checkUrl('https://Checkout.example/deploy?token=t1');
  });
  expect(failure.message).toBe(
    'specs may not use checkout.example:443 on this worker; its operator can allow it by COALMINE_ALLOW_HOSTS=…,checkout.example:443',
  );
});

describe('a secret', () => {
  const environment = { COALMINE_ALLOW_SECRETS: 'TOKEN,EMPTY', TOKEN: 'hush', EMPTY: '', HOME: '/' };
  const grants = createGrants(readConfig(environment));

  test('on the list is given', () => {
    expect(grants.secret('TOKEN', 'http://127.0.0.1/')).toBe('hush');
  });

  test.each([
    ['HOME', 'not in COALMINE_ALLOW_SECRETS'],
    ['EMPTY', 'has no value'],
  ])('%s is refused: %s', async (name, text) => {
    const failure = await failureOf(() => grants.secret(name, 'http://127.0.0.1/'));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toContain(name);
    expect(failure.message).toContain(text);
  });
});

describe('a secret that is bound', () => {
  const grants = createGrants(
    readConfig({
      COALMINE_ALLOW_HOSTS: 'a.example,*.b.example:8443,hooks.example',
      COALMINE_ALLOW_SECRETS:
        'TOKEN@a.example:443,TOKEN@*.b.example,TOOL@command,LOOSE,BOTH@a.example,BOTH,HOOK@a.example,PIN',
      TOKEN: 'hush-hush',
      TOOL: 'hush-tool',
      LOOSE: 'hush-loose',
      BOTH: 'hush-both',
      HOOK: 'https://hooks.example/services/T0/x',
      PIN: '123',
    }),
  );
  const may = (name: string, goesTo: string): boolean => {
    try {
      grants.secret(name, goesTo);
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ['TOKEN', 'https://a.example/x', true],
    ['TOKEN', 'https://A.EXAMPLE./x', true],
    ['TOKEN', 'https://x.b.example:8443/', true],
    ['TOKEN', 'http://a.example/x', false],
    ['TOKEN', 'https://a.example.evil.example/', false],
    ['TOKEN', 'https://hooks.example/', false],
    ['TOKEN', 'command', false],
    ['TOOL', 'command', true],
    ['TOOL', 'https://a.example/', false],
    ['LOOSE', 'https://hooks.example/', true],
    ['LOOSE', 'command', true],
    ['BOTH', 'https://hooks.example/', true],
  ])('%s may go to %s: %s', (name, goesTo, expected) => {
    expect(may(name, goesTo)).toBe(expected);
  });

  test('is refused elsewhere with what the operator must add, and no value', async () => {
    const failure = await failureOf(() => void grants.secret('TOKEN', 'https://hooks.example/x'));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toBe(
      'specs may not send the secret TOKEN to hooks.example:443 on this worker; its operator can allow it by COALMINE_ALLOW_SECRETS=…,TOKEN@hooks.example:443',
    );
  });

  test('with a value too short to be hidden is refused', async () => {
    const failure = await failureOf(() => void grants.secret('PIN', 'https://a.example/'));
    expect(failure.message).toContain('The secret PIN has fewer than 4 characters');
  });
});

describe('a command', () => {
  const grants = createGrants(
    readConfig({
      PATH: 'bin:/no/such:/bin',
      HOME: '/home/ada',
      COALMINE_ALLOW_COMMANDS: 'sh,/bin/cat,k6-of-nobody',
    }),
  );

  test('on the list is looked up on the PATH of the worker; a path on it is taken as it is', () => {
    const environment = { PATH: 'bin:/no/such:/bin', HOME: '/home/ada' };
    expect(grants.command('sh')).toEqual({ file: '/bin/sh', environment });
    expect(grants.command('/bin/cat')).toEqual({ file: '/bin/cat', environment });
  });

  test.each([
    ['ls', 'specs may not run "ls" on this worker; its operator can allow it by COALMINE_ALLOW_COMMANDS='],
    ['/bin/sh', 'COALMINE_ALLOW_COMMANDS=sh,/bin/cat,k6-of-nobody,/bin/sh'],
    ['cat', 'specs may not run "cat"'],
    ['../bin/cat', 'specs may not run "../bin/cat"'],
    ['k6-of-nobody', 'is allowed, but no directory on the PATH of this worker has it (bin, /no/such, /bin)'],
  ])('%s is refused', async (name, text) => {
    const failure = await failureOf(() => grants.command(name));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toContain(text);
  });
});

test('a socket on the list may be used, and no other', async () => {
  const listed = createGrants(
    readConfig({ COALMINE_ALLOW_SOCKETS: '/var/run/docker.sock, /run//user/1000/../1000/podman.sock' }),
  );
  expect(() => {
    listed.checkSocket('/var/run/docker.sock');
    listed.checkSocket('/run/user/1000/podman.sock');
  }).not.toThrow();
  for (const path of ['/run/docker.sock', '/var/run/docker.sock/', '/var/run/docker.sock2']) {
    const failure = await failureOf(() => listed.checkSocket(path));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    expect(failure.message).toContain(`specs may not use the socket ${path} on this worker`);
  }
  const none = await failureOf(() => grantsOf(secret).checkSocket('/var/run/docker.sock'));
  expect(none.message).toContain('COALMINE_ALLOW_SOCKETS=/var/run/docker.sock');
});

test('a namespace on the list may be used, and no other', async () => {
  const listed = createGrants(
    readConfig({ COALMINE_ALLOW_NAMESPACES: 'shop,prod/shop-*,arn:aws:eks:eu-west-1:1:cluster/one/shop' }),
  );
  expect(() => {
    listed.checkNamespace('', 'shop');
    listed.checkNamespace('prod', 'shop-eu');
    listed.checkNamespace('arn:aws:eks:eu-west-1:1:cluster/one', 'shop');
  }).not.toThrow();
  for (const [context, namespace] of [
    ['', 'shop-eu'],
    ['prod', 'shop'],
    ['prod', 'my-shop-eu'],
    ['production', 'shop-eu'],
    ['', 'kube-system'],
  ] as const) {
    const failure = await failureOf(() => listed.checkNamespace(context, namespace));
    expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
    const entry = context === '' ? namespace : `${context}/${namespace}`;
    expect(failure.message).toContain(`COALMINE_ALLOW_NAMESPACES=…,${entry}`);
  }
});

test.each([
  [
    'a namespace of a cluster',
    () => grantsOf(secret).checkNamespace('production', 'shop'),
    'the namespace shop of the Kubernetes context production',
  ],
])('%s is refused whatever the operator lists', async (_, use, named) => {
  const failure = await failureOf(use);
  expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
  expect(failure.message).toContain(`specs may not use ${named}`);
});
