/** A server behind TLS: who may come in, from the environment or a profile, and what the others are told. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { reportOf } from '../../src/cli/report.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { readConfig } from '../../src/config.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connectClient } from '../../src/temporal/client-connection.ts';
import { connectWorker } from '../../src/temporal/worker-connection.ts';
import { coalmine, fileWith, type Finished } from '../cli/coalmine.ts';
import { devServer } from '../cli/server.ts';
import { circle, hasOpenssl, type CertifiedKey } from '../support/certificates.ts';
import { startContractTarget } from '../support/contract-target.ts';
import { openSecureGateway, type SecureGateway } from '../support/secure-gateway.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

type Environment = Record<string, string>;

describe.skipIf(!(await hasOpenssl()))('a server behind TLS', () => {
  const server = devServer();
  let directory: string;
  let ours: CertifiedKey;
  let client: CertifiedKey;
  let others: CertifiedKey;
  let stranger: CertifiedKey;
  let mutual: SecureGateway;
  let keyed: SecureGateway;

  beforeAll(async () => {
    const made = await circle();
    ({ directory, ours, client, others, stranger } = made);
    const { own } = made;
    mutual = await openSecureGateway(server().address, { server: own, clientsOf: ours.certificate });
    keyed = await openSecureGateway(server().address, { server: own, apiKey: 'the-key' });
  });

  afterAll(async () => {
    await Promise.all([mutual, keyed].map((gateway) => gateway.close()));
    await rm(directory, { recursive: true });
  });

  /** The name that the certificate is for. */
  const at = ({ address }: SecureGateway): Environment => ({
    TEMPORAL_ADDRESS: address,
    TEMPORAL_TLS_SERVER_NAME: 'localhost',
  });
  const trusting = (authority: CertifiedKey): Environment => ({
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificatePath,
  });
  const known = ({ certificatePath, keyPath }: CertifiedKey): Environment => ({
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificatePath,
    TEMPORAL_TLS_CLIENT_KEY_PATH: keyPath,
  });
  const atMutual = (): Environment => ({ ...at(mutual), ...trusting(ours) });

  /** A profile `shop`, as the `temporal` CLI reads it too. */
  async function profile(): Promise<Environment> {
    const file = join(directory, 'temporal.toml');
    await writeFile(
      file,
      `[profile.shop]
address = "${mutual.address}"
namespace = "default"
[profile.shop.tls]
server_name = "localhost"
server_ca_cert_path = "${ours.certificatePath}"
client_cert_path = "${client.certificatePath}"
client_key_path = "${client.keyPath}"
`,
    );
    return { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'shop' };
  }

  test('lets in who shows a certificate: a worker, and whoever starts and aborts', async () => {
    const env = { ...atMutual(), ...known(client) };
    const target = await startContractTarget('v1');
    onTestFinished(() => target.close());
    const worker = await startWorkerProcess(mutual.address, env);
    onTestFinished(() => worker.kill());
    const run = (...args: string[]): Promise<Finished> => coalmine(args, env);

    const started = await run('start', await fileWith(JSON.stringify(specOf('shop', target.url))));
    expect(started).toMatchObject({ code: exitCodes.ok, stderr: '' });
    expect(mutual.callers).toContain('release-desk');
    await expect
      .poll(async () => (await run('status', 'shop')).stdout, { timeout: 40_000 })
      .toContain('Waiting for approval to go on');
    expect(target.running('canary')).toEqual(['v2']);
    expect(await run('abort', 'shop')).toMatchObject({ code: exitCodes.ok });
    await expect.poll(() => target.running('canary'), { timeout: 40_000 }).toEqual([]);
  });

  test('takes a profile, from clients and workers', async () => {
    const env = await profile();
    expect(await coalmine(['list', '--all'], env)).toMatchObject({ code: exitCodes.ok, stderr: '' });
    const { connection } = await connectWorker(readConfig(env), directory);
    await connection.close();
  });

  test('takes an API key, from clients and workers', async () => {
    const env = { ...at(keyed), TEMPORAL_API_KEY: 'the-key', ...trusting(ours) };
    expect(await coalmine(['list'], env)).toMatchObject({ code: exitCodes.ok, stderr: '' });
    const { connection } = await connectWorker(readConfig(env), directory);
    await connection.close();
    expect([...keyed.authorizations]).toContain('Bearer the-key');
  });

  test('a namespace that is not there is said to clients and workers', async () => {
    const env = { ...atMutual(), ...known(client), TEMPORAL_NAMESPACE: 'elsewhere' };
    await Promise.all(
      ['list', 'worker'].map(async (command) => {
        const { code, stderr } = await coalmine([command], env);
        expect({ code, stderr }).toEqual({
          code: exitCodes.unreachable,
          stderr:
            "Namespace not found: 'elsewhere'. Create it, or set TEMPORAL_NAMESPACE to one that is there.\n",
        });
      }),
    );
  });

  const clientPair = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

  describe.concurrent.each<[string, () => Environment, RegExp, string]>([
    [
      'shows no certificate',
      () => atMutual(),
      /it wants a client certificate \(.+\)/,
      `Set ${clientPair} to one that it trusts.`,
    ],
    [
      "shows a stranger's certificate",
      () => ({ ...atMutual(), ...known(stranger) }),
      /it refuses the client certificate \(.+\)/,
      `Set ${clientPair} to one that it trusts.`,
    ],
    [
      "has another certificate's key",
      () => ({ ...atMutual(), ...known({ ...client, keyPath: stranger.keyPath }) }),
      /the client certificate or its key cannot be used \(.+\)/,
      `Set ${clientPair} to a certificate and its key in PEM.`,
    ],
    [
      "does not know the server's authority",
      () => ({ ...at(mutual), ...known(client), ...trusting(others) }),
      /its certificate is not trusted \(.+\)/,
      'Set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the certificate of the authority that signed it.',
    ],
    [
      'expects another name',
      () => ({ ...atMutual(), ...known(client), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example' }),
      /its certificate is for another name/,
      'Set TEMPORAL_TLS_SERVER_NAME to a name that it is for.',
    ],
    [
      'does not speak TLS to a server that does',
      () => ({ TEMPORAL_ADDRESS: mutual.address }),
      /it wants TLS/,
      'Set TEMPORAL_TLS=true, TEMPORAL_TLS_SERVER_CA_CERT_PATH where an authority of your own',
    ],
    [
      'speaks TLS to a server that does not',
      () => ({ TEMPORAL_ADDRESS: server().address, TEMPORAL_TLS: 'true' }),
      /it does not speak TLS/,
      'Set TEMPORAL_TLS=false, or leave out TEMPORAL_TLS… and TEMPORAL_API_KEY',
    ],
    [
      'brings a wrong API key',
      () => ({ ...at(keyed), TEMPORAL_API_KEY: 'another', ...trusting(ours) }),
      /it answered "Request unauthorized\."/,
      'Set TEMPORAL_API_KEY, or api_key in the profile, to a key that it accepts',
    ],
    [
      'names a file that is not there',
      () => ({ ...atMutual(), ...known({ ...client, certificatePath: '/absent.pem' }) }),
      /TEMPORAL_ADDRESS does not tell a Temporal server: .*\/absent\.pem/,
      'no such file',
    ],
  ])('who %s', (_, env, why, remedy) => {
    test.each([
      ['a client', connectClient],
      ['a worker', connectWorker],
    ])('is told so, and what to set: %s', async (_, connect) => {
      const error: unknown = await connect(readConfig(env()), directory).catch((thrown: unknown) => thrown);
      const { exitCode, message } = reportOf(error);
      expect(message).toMatch(why);
      expect(message).toContain(remedy);
      expect(message).not.toContain('\n');
      expect(exitCode).toBe(message.includes('/absent.pem') ? exitCodes.usage : exitCodes.unreachable);
    });
  });
});

/** Waits for a person as soon as the canary is there. */
function specOf(service: string, url: string): RolloutSpec {
  return {
    service,
    version: 'v2',
    target: { type: 'http', url },
    metrics: [{ name: 'health', kind: 'status', source: { type: 'http', url } }],
    every: '1s',
    steps: [{ approve: 'go on' }, { weight: 5, bake: '1h' }],
  };
}
