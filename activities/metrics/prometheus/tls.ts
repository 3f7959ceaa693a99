import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import type { PrometheusServer } from '../../../src/spec/prometheus/source.ts';
import type { Grants, Use } from '../../ports.ts';
import { secretUses } from '../../uses.ts';
import { Unreadable } from './unreadable.ts';

type Reference = { secret: string } | undefined;

/**
 * What speaks TLS as the spec says; undefined if it says nothing. Node takes what is no PEM in silence, or fails with a
 * code of OpenSSL's: here it is said beforehand, by the name of the secret.
 */
export function agentOf({ tls, url }: PrometheusServer, grants: Grants): (() => Agent) | undefined {
  if (tls === undefined) return undefined;
  const { ca, cert, key, serverName } = tls;
  return () => {
    const pem = (reference: Reference): string | undefined =>
      reference === undefined ? undefined : grants.secret(reference.secret, url);
    const [authorities, own, ownKey] = [pem(ca), pem(cert), pem(key)];
    if (authorities !== undefined) certificateOf(authorities, ca, 'ca');
    if (own !== undefined && ownKey !== undefined) checkPair(own, cert, ownKey, key);
    return new Agent({
      ca: authorities,
      cert: own,
      key: ownKey,
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
  };
}

/**
 * The secrets that TLS needs.
 *
 * @param at the place of the server in the plan
 */
export function tlsUses({ tls, url }: PrometheusServer, at: string): Use[] {
  const { ca, cert, key } = tls ?? {};
  return Object.entries({ ca, cert, key }).flatMap(([member, secret]) =>
    secret === undefined ? [] : secretUses(secret, [url], `${at}.tls.${member}`),
  );
}

function checkPair(cert: string, certificate: Reference, key: string, keyReference: Reference): void {
  const own = certificateOf(cert, certificate, 'cert');
  const said = `the secret ${nameOf(keyReference)} of tls.key`;
  let ownKey;
  try {
    ownKey = createPrivateKey(key);
  } catch {
    throw new Unreadable(`${said} holds no private key in PEM, without a password`);
  }
  if (!own.checkPrivateKey(ownKey)) {
    throw new Unreadable(`${said} is not the key of tls.cert (${nameOf(certificate)})`);
  }
}

function certificateOf(pem: string, reference: Reference, member: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Unreadable(
      `the secret ${nameOf(reference)} of tls.${member} holds no certificate in PEM: -----BEGIN CERTIFICATE----- and what follows`,
    );
  }
}

function nameOf(reference: Reference): string {
  return reference?.secret ?? '';
}
