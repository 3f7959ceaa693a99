import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../activities/check-plan.ts';
import { deployers } from '../../activities/deployers/registry.ts';
import { createGrants } from '../../activities/grants.ts';
import { load } from '../../activities/load/registry.ts';
import { metrics } from '../../activities/metrics/registry.ts';
import { notifiers } from '../../activities/notifiers/registry.ts';
import type { Adapters, Use } from '../../activities/ports.ts';
import { traffic } from '../../activities/traffic/registry.ts';
import { readConfig } from '../../src/config.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { failureOf } from '../support/failures.ts';

const adapters: Adapters = { deployers, traffic, load, metrics, notifiers };

const spec: RolloutSpec = {
  service: 'shop',
  version: '2.4.0',
  target: {
    type: 'http',
    url: 'http://127.0.0.1:8080/',
    headers: { authorization: { secret: 'TOKEN' }, referer: 'https://shop.example' },
  },
  metrics: [
    {
      name: 'errors',
      kind: 'rate',
      max: '2%',
      source: { type: 'http', url: 'http://localhost:9090/$track', events: '$.bad', total: '$.all' },
    },
  ],
  load: {
    type: 'http',
    path: '/cart',
    method: 'POST',
    body: 'http://in.a.body/',
    headers: { origin: 'https://shop.example' },
  },
  steps: [
    { approve: 'https://wiki.example/runbook', by: ['https://me.example'] },
    { weight: 5, bake: '10m' },
  ],
};

const allowing = (environment: Record<string, string>) =>
  createGrants(
    readConfig({
      PATH: '/bin',
      COALMINE_ALLOW_HOSTS: 'loopback',
      COALMINE_ALLOW_SECRETS: 'TOKEN',
      TOKEN: 'hush-hush',
      ...environment,
    }),
  );
const check = (changes: Partial<RolloutSpec>, environment: Record<string, string> = {}): void => {
  checkPlan(completeSpec({ ...spec, ...changes }), { adapters, grants: allowing(environment) });
};
const refusals = async (changes: Partial<RolloutSpec>, environment: Record<string, string> = {}) => {
  const failure = await failureOf(() => {
    check(changes, environment);
  });
  expect(failure).toMatchObject({ type: 'NotAllowed', nonRetryable: true });
  expect(failure.message).not.toMatch(/hush/);
  const [title, ...lines] = failure.message.split('\n');
  expect(title).toBe('The spec asks for what this worker does not allow:');
  return lines;
};

describe('a plan', () => {
  test('is accepted within the lists, and text that is only sent or shown is no address', () => {
    expect(() => {
      check({});
    }).not.toThrow();
  });

  test('is refused with every place at once', async () => {
    const lines = await refusals({
      target: { type: 'http', url: 'http://checkout.example:8080/a' },
      traffic: { type: 'http', url: 'http://checkout.example:8080/b' },
      metrics: [
        {
          name: 'errors',
          kind: 'rate',
          source: {
            type: 'prometheus',
            url: 'https://Metrics.example./',
            auth: { user: 'me', password: { secret: 'OTHER' } },
            tls: { ca: { secret: 'AUTHORITY' } },
            events: 'bad{track="$track"}',
            total: 'all{track="$track"}',
          },
        },
      ],
      load: {
        type: 'http',
        path: '/',
        bake: 'http://front.example/',
        headers: { cookie: { secret: 'OTHER' } },
      },
      notify: [{ type: 'webhook', url: { secret: 'HOOK' }, headers: { authorization: { secret: 'OTHER' } } }],
    });
    expect(lines).toEqual([
      'target.url, traffic.url: specs may not use checkout.example:8080 on this worker; its operator can allow it by COALMINE_ALLOW_HOSTS=…,checkout.example:8080',
      expect.stringMatching(/^load\.bake: specs may not use front\.example:80 /),
      expect.stringMatching(
        /^load\.headers\.cookie, metrics\[0\]\.source\.auth\.password, notify\[0\]\.headers\.authorization: .*OTHER/,
      ),
      'metrics[0].source.url: specs may not use metrics.example:443 on this worker; its operator can allow it by COALMINE_ALLOW_HOSTS=…,metrics.example:443',
      expect.stringMatching(/^metrics\[0\]\.source\.tls\.ca: .*AUTHORITY/),
      expect.stringMatching(/^notify\[0\]\.url: .*HOOK/),
    ]);
  });

  test('is refused where a secret may not go to the URL that it stands beside', async () => {
    const token = { authorization: { secret: 'TOKEN' } };
    const lines = await refusals(
      {
        target: { type: 'http', url: 'https://a.example/', check: 'http://hooks.example/', headers: token },
        metrics: [
          {
            name: 'errors',
            kind: 'rate',
            source: {
              type: 'prometheus',
              url: 'https://a.example/',
              auth: { token: { secret: 'TOOL' } },
              events: 'bad{track="$track"}',
              total: 'all{track="$track"}',
            },
          },
        ],
        load: {
          type: 'http',
          requests: [{ path: '/', headers: token }],
          bake: 'https://hooks.example/',
        },
        notify: [
          { type: 'webhook', url: { secret: 'HOOK' } },
          { type: 'webhook', url: { secret: 'LOOSE' } },
        ],
      },
      {
        COALMINE_ALLOW_HOSTS: 'a.example,hooks.example',
        COALMINE_ALLOW_SECRETS: 'TOKEN@a.example:443,TOOL@command,LOOSE,HOOK@a.example',
        TOOL: 'hush-tool',
        LOOSE: 'hush-loose',
        HOOK: 'https://hooks.example/hush/T0/x',
      },
    );
    expect(lines).toEqual([
      expect.stringMatching(/^target\.headers\.authorization: .* TOKEN to hooks\.example:80 /),
      expect.stringMatching(/^load\.requests\[0\]\.headers\.authorization: .* TOKEN to hooks\.example:443 /),
      expect.stringMatching(/^metrics\[0\]\.source\.auth\.token: .* TOOL to a\.example:443 /),
      expect.stringMatching(
        /^notify\[0\]\.url: the secret HOOK may not go to the host of the URL that it holds/,
      ),
      expect.stringMatching(/^notify\[1\]\.url: the value of the secret LOOSE is no absolute/),
    ]);
  });
});

describe('a plan whose load is a command', () => {
  const command = (
    words: string[],
    env: Record<string, string | { secret: string }> = {},
  ): Partial<RolloutSpec> => ({
    load: { type: 'command', path: '/', command: [...words, '$url', '$summary'], env },
  });

  test('is refused if specs may not run it, or its arguments name other hosts', async () => {
    const words = [
      'k6',
      'http://$host/',
      'https://scripts.example/a.js',
      'URL=http://other.example/$version',
    ];
    expect(await refusals(command(words))).toEqual([
      'load.command[0]: specs may not run "k6" on this worker; its operator can allow it by COALMINE_ALLOW_COMMANDS=k6',
      expect.stringMatching(/^load\.command\[2\]: specs may not use scripts\.example:443/),
      expect.stringMatching(/^load\.command\[3\]: specs may not use other\.example:80/),
    ]);
  });

  test('is refused if it sets variables that the operator does not list, or gets secrets meant for a host', async () => {
    const env = {
      MODE: 'quiet',
      BASH_ENV: '/tmp/x',
      BASE: 'http://base.example/',
      AUTH: { secret: 'TOKEN' },
    };
    const lines = await refusals(command(['sh'], env), {
      COALMINE_ALLOW_COMMANDS: 'sh',
      COALMINE_ALLOW_COMMAND_ENV: 'MODE,BASE,AUTH',
      COALMINE_ALLOW_SECRETS: 'TOKEN@127.0.0.1',
    });
    expect(lines).toEqual([
      'load.env.BASH_ENV: specs may not set the variable BASH_ENV for a command on this worker; its operator can allow it by COALMINE_ALLOW_COMMAND_ENV=MODE,BASE,AUTH,BASH_ENV',
      expect.stringMatching(/^load\.env\.BASE: specs may not use base\.example:80/),
      expect.stringMatching(/^load\.env\.AUTH: specs may not send the secret TOKEN to a command/),
    ]);
  });

  test('is refused with a directory that is not on the list, one below a listed one included', async () => {
    const traffic = (directory: string) =>
      ({ traffic: { type: 'traefik', directory, api: 'http://127.0.0.1:8080' } }) as const;
    const allowed = { COALMINE_ALLOW_DIRECTORIES: '/etc/traefik/' };
    expect(() => {
      check(traffic('/etc/traefik'), allowed);
    }).not.toThrow();
    expect(await refusals(traffic('/etc/traefik/dynamic'), allowed)).toEqual([
      'traffic.directory: specs may not write to the directory /etc/traefik/dynamic on this worker; its operator can allow it by COALMINE_ALLOW_DIRECTORIES=/etc/traefik,/etc/traefik/dynamic',
    ]);
  });
});

test('a target that uses a Docker socket or a cluster is refused before anything is touched', async () => {
  const uses: Use[] = [
    { at: 'socket', socket: '/var/run/docker.sock' },
    { at: 'namespace', context: 'production', namespace: 'shop' },
  ];
  const http = { ...deployers.http, uses: () => uses };
  const failure = await failureOf(() => {
    checkPlan(completeSpec(spec), {
      adapters: { ...adapters, deployers: { ...deployers, http } },
      grants: allowing({}),
    });
  });
  expect(failure.message.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^target\.socket: specs may not use the socket \/var\/run\/docker\.sock/),
    expect.stringMatching(/^target\.namespace: specs may not use the namespace shop of .* production/),
  ]);
});
