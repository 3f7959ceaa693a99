import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server } from 'node:tls';
import axios from 'axios';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { anyFreePort } from '../../src/temporal/ports.ts';
import type { Effect, Release } from '../../activities/ports.ts';
import { circle, hasOpenssl, type Circle } from '../support/certificates.ts';
import { failureOf } from '../support/failures.ts';
import { docker, makeImages, Shop } from './shop.ts';

const half = { share: 50, baseline: false };
const effect: Effect = { fence: { epoch: 1000, number: 1 }, signal: new AbortController().signal };
const noDocker = inject('noDocker');
const openssl = await hasOpenssl();

describe.skipIf(noDocker !== null)('the way to the engine', () => {
  let shop: Shop;
  let release: Release;

  beforeAll(makeImages);
  beforeEach(async () => {
    shop = await Shop.create();
    release = { service: shop.service, version: '2.4.0', stable: '2.3.9' };
    await shop.run('2.3.9');
  });
  afterEach(() => shop.close());

  describe.skipIf(!openssl)('over TCP', () => {
    let met: Circle;
    let server: Server;

    beforeEach(async () => {
      met = await circle();
      const options = { ca: met.ours.certificate, cert: met.own.certificate, key: met.own.key };
      server = createTlsServer({ ...options, requestCert: true, rejectUnauthorized: true }, (socket) => {
        const engine = connect('/var/run/docker.sock');
        socket.on('error', () => engine.destroy());
        engine.on('error', () => socket.destroy());
        socket.pipe(engine).pipe(socket);
      }).listen(0, '127.0.0.1');
      server.on('tlsClientError', () => undefined);
      await once(server, 'listening');
    });
    afterEach(async () => {
      server.close();
      await rm(met.directory, { recursive: true });
    });

    const planned = (secrets: { CERT: string; KEY: string }) => {
      const { port } = server.address() as AddressInfo;
      const plan = shop.plan({
        engine: `tcp://localhost:${String(port)}`,
        tls: { ca: { secret: 'CA' }, cert: { secret: 'CERT' }, key: { secret: 'KEY' } },
      });
      return shop.deployer(plan, { CA: met.ours.certificate, ...secrets });
    };

    test('is by TLS, each with a certificate that the other trusts', async () => {
      const deployer = planned({ CERT: met.client.certificate, KEY: met.client.key });
      expect(await deployer.check(release, 'stable', effect)).toMatchObject({ versions: ['2.3.9'] });
    });

    test('ends where the engine does not trust the worker', async () => {
      const deployer = planned({ CERT: met.stranger.certificate, KEY: met.stranger.key });
      const failure = await failureOf(() => deployer.check(release, 'stable', effect));
      expect(failure).toMatchObject({ type: 'TargetUnavailable', nonRetryable: false });
      expect(failure.message).toMatch(/the Docker engine at localhost:\d+ gave no whole answer/);
    });

    test('ends where a secret holds no certificate', async () => {
      const deployer = planned({ CERT: 'nothing of the kind', KEY: met.client.key });
      const failure = await failureOf(() => deployer.check(release, 'stable', effect));
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toContain('the secret CERT of tls.cert holds no certificate in PEM');
    });
  });

  const noRegistry = spawnable('docker-registry');
  test.skipIf(noRegistry !== null)('images are pulled with a login, and its progress told', async () => {
    const registry = await Registry.start();
    try {
      const plan = shop.plan({
        image: `${registry.host}/shop:$version`,
        registry: { user: 'ci', password: { secret: 'REGISTRY' } },
      });
      await registry.push('coalmine-test/shop:2.4.0', 'shop:2.4.0');
      const wrong = shop.deployer(plan, { REGISTRY: 'not this' });
      const failure = await failureOf(() => wrong.deploy(release, half, effect));
      expect(failure).toMatchObject({ type: 'TargetRefused', nonRetryable: true });
      expect(failure.message).toContain('the registry wants a login; correct `registry` in the spec');
      expect(failure.message).not.toContain('not this');

      const told: string[] = [];
      const progress = (what: string) => void told.push(what);
      const deployer = shop.deployer(plan, { REGISTRY: registry.password });
      await deployer.deploy(release, half, { ...effect, progress });
      expect(told.join('\n')).toContain(`pull ${registry.host}/shop:2.4.0: `);
      await expect
        .poll(() => deployer.check(release, 'canary', effect), { timeout: 60_000 })
        .toMatchObject({ alive: true, versions: ['2.4.0'] });

      release.version = '2.4.9';
      const missing = await failureOf(() => deployer.deploy(release, half, effect));
      expect(missing.message).toContain('the image is not there under this name; push it');
    } finally {
      await docker('rmi', '-f', `${registry.host}/shop:2.4.0`).catch(() => undefined);
      await registry.stop();
    }
  });
});

/** A registry of this machine that wants a login. */
class Registry {
  readonly host: string;
  readonly password = 'registry-password-of-a-test';
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(host: string, folder: string) {
    this.host = host;
    this.#folder = folder;
    this.#process = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  }

  static async start(): Promise<Registry> {
    const folder = await mkdtemp(join(tmpdir(), 'coalmine-registry-'));
    const host = `127.0.0.1:${String(await anyFreePort())}`;
    const users = join(folder, 'htpasswd');
    // By htpasswd -nbB, of the password above.
    await writeFile(users, 'ci:$2y$05$hAAr2C.Bf/8EF2GYURLxueXNPuz3hH3jE00mtwpSZk4WtAg6w0nX6\n');
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: host },
      auth: { htpasswd: { realm: 'test', path: users } },
    };
    await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
    const registry = new Registry(host, folder);
    await expect
      .poll(() => axios.get(`http://${host}/v2/`, { validateStatus: null }).then(({ status }) => status))
      .toBe(401);
    return registry;
  }

  async push(image: string, name: string): Promise<void> {
    const pushed = `${this.host}/${name}`;
    await docker('tag', image, pushed);
    const config = join(this.#folder, 'client');
    await docker('--config', config, 'login', '-u', 'ci', '-p', this.password, this.host);
    await docker('--config', config, 'push', pushed);
    await docker('rmi', pushed);
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
    await rm(this.#folder, { recursive: true });
  }
}

/** Null where there is such a command. */
function spawnable(command: string): string | null {
  const found = (process.env['PATH'] ?? '').split(':').some((path) => existsSync(join(path, command)));
  if (found) return null;
  const lacking = `tests of a login at a registry need ${command}: apt-get install ${command}`;
  if (process.env['CI'] === 'true') throw new Error(lacking);
  process.stderr.write(`Skipped: ${lacking}\n`);
  return lacking;
}
