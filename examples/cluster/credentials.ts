/** Who may do what at the API server: certificates, tokens and a kubeconfig for each part. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addresses, folder, kubeconfig, name, network } from './place.ts';

const run = promisify(execFile);

/** A file of the node's authority, its certificates and keys. */
export const pki = (file: string): string => join(folder, 'pki', file);

/** Parts that speak to the API server, by what they are to it. */
const users = {
  'kube-controller-manager': ['system:kube-controller-manager'],
  'kube-scheduler': ['system:kube-scheduler'],
  'kube-proxy': ['system:kube-proxy'],
  kubelet: [`system:node:${name}`, 'system:nodes'],
  traefik: ['traefik', 'system:masters'],
  prometheus: ['prometheus', 'system:masters'],
  'metrics-server': ['metrics-server', 'system:masters'],
  coredns: ['coredns', 'system:masters'],
};
export type User = keyof typeof users;

/** The kubeconfig of a part. */
export const kubeconfigOf = (user: User): string => join(folder, 'users', `${user}.yaml`);
/** The file with its token alone. */
export const tokenOf = (user: User): string => join(folder, 'users', `${user}.token`);

export async function makeCredentials(): Promise<void> {
  await mkdir(join(folder, 'pki'), { recursive: true });
  await mkdir(join(folder, 'users'));
  const subject = ['-subj', '/CN=coalmine-node', '-days', '365'];
  await run('openssl', [
    'req',
    '-x509',
    ...newKey,
    ...subject,
    '-keyout',
    pki('ca.key'),
    '-out',
    pki('ca.crt'),
  ]);
  const names = `DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${network.node},IP:${network.api}`;
  await certify('apiserver', '/CN=kube-apiserver', names);
  await certify('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client');
  await certify('front-proxy', '/CN=front-proxy-client');
  await run('openssl', ['genrsa', '-out', pki('accounts.key'), '2048']);

  const tokens: string[] = [];
  const give = async (file: string, user: string, groups: string[]): Promise<string> => {
    const token = randomBytes(16).toString('hex');
    tokens.push(`${token},${user},${user},"${groups.join(',')}"`);
    await writeFile(file, configOf(user, token), { mode: 0o600 });
    return token;
  };
  await give(kubeconfig, 'admin', ['system:masters']);
  for (const [part, [user = part, ...groups]] of Object.entries(users) as [User, string[]][]) {
    await writeFile(tokenOf(part), await give(kubeconfigOf(part), user, groups), { mode: 0o600 });
  }
  await writeFile(pki('tokens.csv'), tokens.join('\n'), { mode: 0o600 });
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

async function certify(file: string, subject: string, names?: string): Promise<void> {
  const request = pki(`${file}.csr`);
  await run('openssl', ['req', ...newKey, '-subj', subject, '-keyout', pki(`${file}.key`), '-out', request]);
  await writeFile(pki(`${file}.ext`), names === undefined ? '' : `subjectAltName=${names}\n`);
  const authority = ['-CA', pki('ca.crt'), '-CAkey', pki('ca.key'), '-CAcreateserial', '-days', '365'];
  const extensions = ['-extfile', pki(`${file}.ext`)];
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    request,
    ...authority,
    ...extensions,
    '-out',
    pki(`${file}.crt`),
  ]);
}

const configOf = (user: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: addresses.api, 'certificate-authority': pki('ca.crt') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace: 'default' } }],
    'current-context': name,
  });
