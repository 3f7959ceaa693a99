/** A Prometheus behind TLS, passwords, tokens and tenants: who is let in, and what the others are told. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { certify, circle, hasOpenssl, type CertifiedKey } from '../support/certificates.ts';
import { Copy } from './copies.ts';
import { startGate, type Gate } from './gate.ts';
import { PrometheusServer, skipped } from './server.ts';
import { sourceOf, Watch } from './source.ts';

const password = 'correct horse';
/** Of that, by bcrypt, as Prometheus wants it. */
const hash = '$2b$04$/kqXew6sGqHWS2FTsyfrPO4090i.EptkEHguQCIK8W20j6Jup1SFa';
const token = 'battery-staple';

const basic = { auth: { user: 'coalmine', password: { secret: 'PASSWORD' } } };
const bearer = { auth: { token: { secret: 'TOKEN' } } };
const tenant = { headers: { 'X-Scope-OrgID': 'shop' } };
const ca = { secret: 'CA' };
const named = { ca, serverName: 'localhost' };
const known = { cert: { secret: 'CERT' }, key: { secret: 'KEY' } };

describe.skipIf(skipped || !(await hasOpenssl()))('a Prometheus that does not let everybody in', () => {
  const copies: Copy[] = [];
  const closing: (() => unknown)[] = [];
  let directory: string;
  let ours: CertifiedKey;
  let others: CertifiedKey;
  let client: CertifiedKey;
  let stranger: CertifiedKey;
  let open: PrometheusServer;
  let guarded: PrometheusServer;
  let mutual: PrometheusServer;
  let expired: PrometheusServer;
  let gate: Gate;

  beforeAll(async () => {
    const made = await circle();
    ({ directory, ours, client, others, stranger } = made);
    const { own } = made;
    const old = await certify(directory, 'prometheus.example', ours, -1);
    for (const track of ['canary', 'stable']) copies.push(await Copy.start(track));
    for (const copy of copies) copy.serve(1, '200');
    const start = async (web?: object, ask?: object): Promise<PrometheusServer> => {
      const targets = copies.map(({ target }) => target);
      const setup = web === undefined ? {} : { web, ask: { rejectUnauthorized: false, ...ask } };
      const server = await PrometheusServer.start('200ms', targets, setup);
      closing.push(() => server.end());
      return server;
    };
    const tls = (of: CertifiedKey): object => ({ cert_file: of.certificatePath, key_file: of.keyPath });
    open = await start();
    guarded = await start(
      { tls_server_config: tls(own), basic_auth_users: { coalmine: hash } },
      { auth: `coalmine:${password}` },
    );
    mutual = await start(
      {
        tls_server_config: {
          ...tls(own),
          client_auth_type: 'RequireAndVerifyClientCert',
          client_ca_file: ours.certificatePath,
        },
      },
      { cert: client.certificate, key: client.key },
    );
    expired = await start({ tls_server_config: tls(old) });
    gate = await startGate(open.url, { authorization: `Bearer ${token}`, 'x-scope-orgid': 'shop' });
    closing.push(gate.end);
    await stored();
  });

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    for (const copy of copies) copy.end();
    await rm(directory, { recursive: true });
  });

  const secrets = (more: Record<string, string>): Record<string, string> => ({
    PASSWORD: password,
    TOKEN: token,
    CA: ours.certificate,
    CERT: client.certificate,
    KEY: client.key,
    ...more,
  });

  /** Once every server has stored all that the copies have served: each scrapes in its own time. */
  const stored = () =>
    vi.waitFor(
      async () => {
        for (const server of [open, guarded, mutual, expired]) {
          for (const { target, served } of copies) {
            const query = `sum(http_requests_total{track="${String(target.labels['track'])}"})`;
            expect(await server.value(query, Date.now())).toBe(served);
          }
        }
      },
      { timeout: 30_000 },
    );

  const watch = (url: string, reach: object, more: Record<string, string> = {}): Watch =>
    new Watch(
      sourceOf(
        {
          kind: 'rate',
          source: { type: 'prometheus', url, preset: 'http-server', match: 'track="$track"', ...reach },
        },
        secrets(more),
      ),
    );

  test.each([
    ['a password, over TLS', () => guarded.url, { tls: named, ...basic }],
    ['a certificate of its own', () => mutual.url, { tls: { ...named, ...known } }],
    ['a token and a tenant', () => gate.url, { ...bearer, ...tenant }],
  ])('counts for who has %s', async (_, url, reach) => {
    const watching = watch(url(), reach);
    // A scrape that is under way may have begun before the window.
    for (const copy of copies) await copy.scraped();
    for (const copy of copies) copy.serve(7, '200');
    for (const copy of copies) copy.serve(2, '500');
    await stored();
    const counted = { events: 2, total: 9 };
    expect(await watching.look()).toEqual({ canary: counted, stable: counted });
  });

  /** What nobody may read in a message. */
  const hidden = (): string[] =>
    [password, token, 'wrong', Buffer.from(`coalmine:${password}`).toString('base64')].concat(
      [client.key, others.certificate].map((pem) => pem.split('\n')[1] ?? ''),
    );

  test.each<[string, () => string, object, () => Record<string, string>, RegExp]>([
    [
      'a wrong password',
      () => guarded.url,
      { tls: named, ...basic },
      () => ({ PASSWORD: 'wrong-horse' }),
      /answered 401 \(Unauthorized\).*correct the spec's headers or auth, or the secret's value at the worker/,
    ],
    [
      'no password',
      () => guarded.url,
      { tls: named },
      () => ({}),
      /answered 401 \(Unauthorized\).*correct the spec's headers or auth/,
    ],
    [
      'a wrong token, which the gate echoes',
      () => gate.url,
      { ...bearer, ...tenant },
      () => ({ TOKEN: 'wrong-staple' }),
      /answered 401 \(\{"error":"authorization is not let in: \*\*\*"\}\)/,
    ],
    [
      'no tenant',
      () => gate.url,
      bearer,
      () => ({}),
      /answered 401 \(\{"error":"x-scope-orgid is not let in: undefined"\}\)/,
    ],
    [
      'no authority to know it by',
      () => guarded.url,
      { tls: { serverName: 'localhost' }, ...basic },
      () => ({}),
      /its certificate is not signed by an authority that is trusted.*by tls \(ca\)/,
    ],
    [
      'the authority of others',
      () => guarded.url,
      { tls: named, ...basic },
      () => ({ CA: others.certificate }),
      /its certificate is not signed by an authority that is trusted/,
    ],
    [
      'an authority that is no certificate',
      () => guarded.url,
      { tls: named, ...basic },
      () => ({ CA: password }),
      /the secret CA of tls\.ca holds no certificate in PEM/,
    ],
    [
      'another name than that of the certificate',
      () => guarded.url,
      { tls: { ca }, ...basic },
      () => ({}),
      /its certificate is for another name.*127\.0\.0\.1.*tls \(serverName\)/,
    ],
    [
      'a certificate that is over',
      () => expired.url,
      { tls: { ca, serverName: 'prometheus.example' } },
      () => ({}),
      /its certificate is over: certificate has expired\); it has to be renewed there/,
    ],
    [
      'no certificate of its own',
      () => mutual.url,
      { tls: named },
      () => ({}),
      /it does not take the worker's certificate.*tls \(cert and key\)/,
    ],
    [
      'the certificate of a stranger',
      () => mutual.url,
      { tls: { ...named, ...known } },
      () => ({ CERT: stranger.certificate, KEY: stranger.key }),
      /it does not take the worker's certificate/,
    ],
    [
      'a key of another certificate',
      () => mutual.url,
      { tls: { ...named, ...known } },
      () => ({ KEY: stranger.key }),
      /the secret KEY of tls\.key is not the key of tls\.cert \(CERT\)/,
    ],
    [
      'https where there is none',
      () => open.url.replace('http:', 'https:'),
      {},
      () => ({}),
      /no TLS is spoken there.*http:\/\//,
    ],
    [
      'no https where there is',
      () => guarded.url.replace('https:', 'http:'),
      basic,
      () => ({}),
      /answered 400 \(Client sent an HTTP request to an HTTPS server/,
    ],
    [
      'a secret that specs may not use',
      () => gate.url,
      { auth: { token: { secret: 'OTHER' } } },
      () => ({}),
      /The secret OTHER may not be used: it is not in COALMINE_ALLOW_SECRETS/,
    ],
    [
      'a secret without a value',
      () => gate.url,
      bearer,
      () => ({ TOKEN: '' }),
      /The secret TOKEN has no value: set the variable TOKEN where the worker runs/,
    ],
  ])('counts nothing for who has %s, and says so without a secret', async (_, url, reach, more, why) => {
    const { canary, stable } = await watch(url(), reach, more()).look(0);
    const { missing } = canary as { missing: string };
    expect(stable).toEqual({ missing });
    expect(missing).toMatch(why);
    for (const secret of hidden()) expect(missing).not.toContain(secret);
  });
});
