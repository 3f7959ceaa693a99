import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGrants } from '../../../activities/grants.ts';
import { createCluster } from '../../../activities/kubernetes/cluster.ts';
import { anyObject, deployments, pods } from '../../../activities/kubernetes/kinds.ts';
import { readConfig } from '../../../src/config.ts';
import { failureOf } from '../../support/failures.ts';
import { scriptedApi, useKubeconfig } from './scripted-api.ts';

const { signal } = new AbortController();

const checkout = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', uid: 'u', resourceVersion: '7', invented: { later: true } },
  spec: {
    selector: { matchLabels: { app: 'checkout' } },
    template: { spec: { containers: [{ name: 'web', image: 'a:1', fieldOfTomorrow: [1] }] } },
  },
};

test('an object keeps the fields that nobody here knows', async () => {
  const written: unknown[] = [];
  const cluster = await scriptedApi(({ method, url }, response, body) => {
    if (method === 'PUT') written.push(url, JSON.parse(body));
    response.end(JSON.stringify(checkout));
  });
  const found = await cluster.get(deployments, 'checkout', signal);
  await cluster.replace(deployments, found!, signal);
  expect(written).toEqual([
    '/apis/apps/v1/namespaces/shop/deployments/checkout?fieldManager=coalmine',
    expect.objectContaining({
      metadata: checkout.metadata,
      spec: expect.objectContaining({
        template: expect.objectContaining({ spec: checkout.spec.template.spec }) as unknown,
      }) as unknown,
    }),
  ]);
});

test('a kind of its own is asked for in its group', async () => {
  const cluster = await scriptedApi(({ url }, response) => {
    response.end(JSON.stringify({ items: [{ metadata: { name: url, uid: 'u', resourceVersion: '1' } }] }));
  });
  const routes = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    resource: 'httproutes',
    shape: anyObject,
  };
  const [found] = await cluster.list(routes, { labels: 'a=b' }, signal);
  expect(found?.metadata.name).toBe(
    '/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes?labelSelector=a%3Db',
  );
});

test('a token that was renewed is read again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-token-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'token');
  writeFileSync(file, 'old');
  let asked = 0;
  const cluster = await scriptedApi(({ headers }, response) => {
    asked += 1;
    if (headers.authorization === 'Bearer new') response.end(JSON.stringify(checkout));
    else {
      writeFileSync(file, 'new');
      response.writeHead(401).end('{"message":"Unauthorized"}');
    }
  }, `{ auth-provider: { name: tokenFile, config: { tokenFile: '${file}' } } }`);
  expect((await cluster.get(deployments, 'checkout', signal))?.metadata.name).toBe('checkout');
  expect(asked).toBe(2);
});

test('credentials that stay refused are told once', async () => {
  let asked = 0;
  const cluster = await scriptedApi((_request, response) => {
    asked += 1;
    response.writeHead(401).end('{"message":"Unauthorized"}');
  });
  const failure = await failureOf(() => cluster.get(deployments, 'checkout', signal));
  expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
  expect(failure.message).toContain('renew them in its kubeconfig');
  expect(asked).toBe(2);
});

test('a command that gives the credentials is waited for no longer than the call', async () => {
  const cluster = await scriptedApi(
    (_request, response) => response.end('{}'),
    '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: sleep, args: ["5"], interactiveMode: Never } }',
  );
  const cancel = new AbortController();
  const going = expect(cluster.get(deployments, 'checkout', cancel.signal)).rejects.toThrow('cancelled');
  setImmediate(() => cancel.abort(new Error('cancelled by the test')));
  await going;
});

test('a server that takes the connection and nothing more is waited for no longer than the call', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  useKubeconfig(`https://127.0.0.1:${String(port)}`, '{ token: first }');
  const cluster = createCluster(
    'scripted',
    'shop',
    createGrants(readConfig({ COALMINE_ALLOW_NAMESPACES: '*/shop' })),
  );
  const cancel = new AbortController();
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => cancel.abort(new Error('cancelled by the test')));
  });
  const began = performance.now();
  await expect(cluster.get(deployments, 'checkout', cancel.signal)).rejects.toThrow('cancelled');
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a command that fails is named, and tried again', async () => {
  const cluster = await scriptedApi(
    (_request, response) => response.end('{}'),
    '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never } }',
  );
  const failure = await failureOf(() => cluster.get(deployments, 'checkout', signal));
  expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
  expect(failure.message).toContain('no-such-plugin');
});

test.each([
  ['HTML', '<html>', 'TargetUnavailable'],
  ['another form', '{"items":[{"metadata":{}}]}', 'TargetRefused'],
  ['no list', '[]', 'TargetRefused'],
  ['more than is read', ' '.repeat(17 * 1024 * 1024), 'TargetRefused'],
])('an answer of %s fails the call alone', async (_name, answer, type) => {
  const cluster = await scriptedApi((_request, response) => response.end(answer));
  expect(await failureOf(() => cluster.list(pods, { labels: 'app=checkout' }, signal))).toMatchObject({
    type,
  });
});

test('an API server that is away is worth another try', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  useKubeconfig(`http://127.0.0.1:${String(port)}`, '{ token: first }');
  const cluster = createCluster('', 'shop', createGrants(readConfig({ COALMINE_ALLOW_NAMESPACES: 'shop' })));
  const failure = await failureOf(() => cluster.get(deployments, 'checkout', signal));
  expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
  expect(failure.message).toContain(
    'get deployment shop/checkout: the API server of the cluster gave no whole answer',
  );
});

test('a context that is not there is told with those that are', async () => {
  useKubeconfig('http://127.0.0.1:1', '{ token: first }');
  const cluster = createCluster(
    'prod',
    'shop',
    createGrants(readConfig({ COALMINE_ALLOW_NAMESPACES: '*/shop' })),
  );
  expect((await failureOf(() => cluster.get(deployments, 'checkout', signal))).message).toContain(
    "the worker's kubeconfig has no context prod, only scripted",
  );
});

test('a namespace that the operator has not listed is asked nothing', async () => {
  let asked = 0;
  await scriptedApi((_request, response) => {
    asked += 1;
    response.end('{}');
  });
  const cluster = createCluster('scripted', 'shop', createGrants(readConfig({})));
  onTestFinished(() => expect(asked).toBe(0));
  expect(await failureOf(() => cluster.get(deployments, 'checkout', signal))).toMatchObject({
    type: 'NotAllowed',
  });
});
