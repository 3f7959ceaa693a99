/** How adapters speak TLS with certificates of their own. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TlsPlan } from '../src/spec/tls.ts';
import type { Grants, Use } from './ports.ts';
import { secretUses } from './uses.ts';

type Reference = { secret: string } | undefined;

/** Who is spoken to, and how. */
interface Secured {
  url: string;
  tls?: TlsPlan | undefined;
}

/** What Node's TLS wants. */
export interface TlsOptions {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  servername?: string;
}

/**
 * The options that the spec says; none if it says nothing. Node takes what is no PEM in silence, or fails with a code of
 * OpenSSL's: here it is said beforehand, by the name of the secret.
 *
 * @param unusable makes what is thrown where a secret holds something else
 */
export function tlsOptions(
  { tls, url }: Secured,
  grants: Grants,
  unusable: (why: string) => Error,
): TlsOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName } = tls;
  const pem = (reference: Reference): string | undefined =>
    reference === undefined ? undefined : grants.secret(reference.secret, url);
  const [authorities, own, ownKey] = [pem(ca), pem(cert), pem(key)];
  if (authorities !== undefined) certificateOf(authorities, ca, 'ca', unusable);
  if (own !== undefined && ownKey !== undefined) checkPair(own, cert, ownKey, key, unusable);
  return {
    ca: authorities,
    cert: own,
    key: ownKey,
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/**
 * The secrets that TLS needs.
 *
 * @param at the place of the server in the plan; empty: the plan is the server
 */
export function tlsUses({ tls, url }: Secured, at = ''): Use[] {
  const { ca, cert, key } = tls ?? {};
  return Object.entries({ ca, cert, key }).flatMap(([member, secret]) =>
    secret === undefined ? [] : secretUses(secret, [url], `${at === '' ? '' : `${at}.`}tls.${member}`),
  );
}

function checkPair(
  cert: string,
  certificate: Reference,
  key: string,
  keyReference: Reference,
  unusable: (why: string) => Error,
): void {
  const own = certificateOf(cert, certificate, 'cert', unusable);
  const said = `the secret ${nameOf(keyReference)} of tls.key`;
  let ownKey;
  try {
    ownKey = createPrivateKey(key);
  } catch {
    throw unusable(`${said} holds no private key in PEM, without a password`);
  }
  if (!own.checkPrivateKey(ownKey)) {
    throw unusable(`${said} is not the key of tls.cert (${nameOf(certificate)})`);
  }
}

function certificateOf(
  pem: string,
  reference: Reference,
  member: string,
  unusable: (why: string) => Error,
): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable(
      `the secret ${nameOf(reference)} of tls.${member} holds no certificate in PEM: -----BEGIN CERTIFICATE----- and what follows`,
    );
  }
}

function nameOf(reference: Reference): string {
  return reference?.secret ?? '';
}
