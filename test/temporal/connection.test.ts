import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { stopDevServer } from '../../src/temporal/dev-server.ts';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { UnreachableError } from '../../src/temporal/reachable.ts';
import { locateServer } from '../../src/temporal/server-location.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { serverDirectory, start } from './dev-servers.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** Where envconfig looks for the file of a user's own, on this platform. */
async function homeWith(toml: string): Promise<{ HOME: string; XDG_CONFIG_HOME: string; APPDATA: string }> {
  const home = await scratchDirectory();
  const configs = { linux: 'config', darwin: 'Library/Application Support', win32: 'config' };
  const config = join(home, configs[process.platform as keyof typeof configs]);
  await mkdir(join(config, 'temporalio'), { recursive: true });
  await writeFile(join(config, 'temporalio', 'temporal.toml'), toml);
  return { HOME: home, XDG_CONFIG_HOME: config, APPDATA: config };
}

const profiles = `
[profile.default]
address = "default.example:7233"
namespace = "of-default"
[profile.cloud]
address = "cloud.example:7233"
namespace = "shop.a1b2c"
api_key = "the-key"
`;

describe('the dev server of the directory', () => {
  test('serves a client and a worker', async () => {
    const directory = await serverDirectory();
    const server = await start(directory);
    const location = {
      address: server.address,
      ui: server.ui,
      namespace: 'default',
      source: `the dev server in ${directory}`,
    };
    const client = await connectClient(readConfig({}), directory);
    expect(client).toMatchObject(location);
    const started = await client.client.workflow.start('anything', { workflowId: 'a', taskQueue: 'nobody' });
    expect((await started.describe()).status.name).toBe('RUNNING');
    await client.connection.close();

    const worker = await connectWorker(readConfig({}), directory);
    expect(worker).toMatchObject(location);
    await worker.connection.close();
  });

  test("comes before the user's own file, and a named server before both", async () => {
    const directory = await serverDirectory();
    const server = await start(directory);
    const home = await homeWith(profiles);
    expect(await locateServer(readConfig(home), directory)).toMatchObject({
      address: server.address,
      namespace: 'default',
    });
    expect(await locateServer(readConfig({ ...home, TEMPORAL_NAMESPACE: 'mine' }), directory)).toMatchObject({
      address: server.address,
      namespace: 'mine',
    });
    expect(await locateServer(readConfig({ TEMPORAL_ADDRESS: '127.0.0.1:7' }), directory)).toMatchObject({
      address: '127.0.0.1:7',
      source: 'TEMPORAL_ADDRESS',
      ui: null,
    });
  });

  test('is not used any more once it has stopped', async () => {
    const directory = await serverDirectory();
    await start(directory);
    await stopDevServer(directory);
    expect(await locateServer(readConfig({}), directory)).toMatchObject({
      address: '127.0.0.1:7233',
      source: `the default, since no server is named and no dev server runs in ${directory}`,
    });
  });
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a server named in the environment is used as it is:', () => {
  test('address and namespace', async () => {
    const config = readConfig({ TEMPORAL_ADDRESS: 'temporal.example:443', TEMPORAL_NAMESPACE: 'shop' });
    expect(await locateServer(config, '/nowhere')).toEqual({
      address: 'temporal.example:443',
      namespace: 'shop',
      ui: null,
      source: 'TEMPORAL_ADDRESS',
      options: { address: 'temporal.example:443' },
    });
  });

  test('API key, which brings TLS with it', async () => {
    const config = readConfig({ TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_API_KEY: 'key' });
    expect((await locateServer(config, '/nowhere')).options).toEqual({
      address: 'temporal.example:7233',
      apiKey: 'key',
      tls: true,
    });
  });

  test('TLS with certificates', async () => {
    const directory = await scratchDirectory();
    await writeFile(join(directory, 'client.pem'), 'certificate');
    await writeFile(join(directory, 'client.key'), 'key');
    const config = readConfig({
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_TLS_CLIENT_CERT_PATH: join(directory, 'client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: join(directory, 'client.key'),
      TEMPORAL_TLS_SERVER_NAME: 'inner.example',
    });
    expect((await locateServer(config, '/nowhere')).options.tls).toMatchObject({
      serverNameOverride: 'inner.example',
      clientCertPair: { crt: bytes('certificate'), key: bytes('key') },
    });
  });

  test('a profile', async () => {
    const config = readConfig({ ...(await homeWith(profiles)), TEMPORAL_PROFILE: 'cloud' });
    expect(await locateServer(config, '/nowhere')).toMatchObject({
      address: 'cloud.example:7233',
      namespace: 'shop.a1b2c',
      source: 'TEMPORAL_PROFILE',
      options: { apiKey: 'the-key', tls: true },
    });
  });

  test('a file', async () => {
    const file = join(await scratchDirectory(), 'temporal.toml');
    await writeFile(file, profiles);
    expect(await locateServer(readConfig({ TEMPORAL_CONFIG_FILE: file }), '/nowhere')).toMatchObject({
      address: 'default.example:7233',
      namespace: 'of-default',
      source: 'TEMPORAL_CONFIG_FILE',
    });
  });

  test.each([
    [
      { TEMPORAL_PROFILE: 'clod' },
      "TEMPORAL_PROFILE does not tell a Temporal server: Profile 'clod' not found",
    ],
    [
      { TEMPORAL_CONFIG_FILE: '/absent.toml' },
      'TEMPORAL_CONFIG_FILE: found /absent.toml, which does not exist',
    ],
  ])('%j is refused', async (env, message) => {
    const locating = locateServer(readConfig({ ...(await homeWith(profiles)), ...env }), '/nowhere');
    await expect(locating).rejects.toThrow(ConfigError);
    await expect(locating).rejects.toThrow(message);
  });
});

test("the user's own file is used where nothing else is", async () => {
  expect(await locateServer(readConfig(await homeWith(profiles)), '/nowhere')).toMatchObject({
    address: 'default.example:7233',
    namespace: 'of-default',
    source: "Temporal's configuration file",
  });
});

describe.concurrent.each([
  ['a client', connectClient],
  ['a worker', connectWorker],
])('%s that reaches no server is told which, why, who named it and what to do', (_, connect) => {
  async function failure(address: string): Promise<string> {
    const connecting = connect(readConfig({ TEMPORAL_ADDRESS: address }), '/nowhere');
    const error: unknown = await connecting.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    return (error as Error).message;
  }

  test('when nothing listens', async ({ expect }) => {
    const address = `127.0.0.1:${await anyFreePort()}`;
    const message = await failure(address);
    expect(message).toContain(
      `No Temporal server can be reached at ${address} (from TEMPORAL_ADDRESS): connect ECONNREFUSED ${address}.`,
    );
    expect(message).toContain('Run `npx coalmine dev`');
  });

  test('when the name is unknown', async ({ expect }) => {
    expect(await failure('temporal.invalid:7233')).toMatch(/at temporal\.invalid:7233 .*: getaddrinfo E/);
  });

  test('when something else listens, which says nothing', async ({ expect, onTestFinished }) => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    expect(await failure(`127.0.0.1:${port}`)).toContain('does not answer as a Temporal server does');
  });
});
