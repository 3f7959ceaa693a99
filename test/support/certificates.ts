/** Authorities and certificates of a test's own, made by openssl for a day. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CertifiedKey {
  /** PEM. */
  certificate: string;
  key: string;
  certificatePath: string;
  keyPath: string;
}

/** Whether openssl is there; under CI it has to be. */
export async function hasOpenssl(): Promise<boolean> {
  try {
    await run('openssl', ['version']);
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    process.stderr.write('Skipped: tests of TLS need openssl. Get it from your package manager.\n');
    return false;
  }
}

/** Who meets behind TLS: two authorities that do not know each other, and whom they vouch for. */
export interface Circle {
  /** Where all their files are. */
  directory: string;
  ours: CertifiedKey;
  /** Of `localhost`, by `ours`. */
  own: CertifiedKey;
  /** Of a client, by `ours`. */
  client: CertifiedKey;
  others: CertifiedKey;
  /** Of a client, by `others`. */
  stranger: CertifiedKey;
}

/** Makes one in a directory of its own, which the caller removes. */
export async function circle(): Promise<Circle> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-tls-'));
  const ours = await authority(directory, 'ours');
  const others = await authority(directory, 'others');
  const own = await certify(directory, 'localhost', ours);
  const client = await certify(directory, 'release-desk', ours);
  const stranger = await certify(directory, 'stranger', others);
  return { directory, ours, own, client, others, stranger };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority that certifies itself. */
async function authority(directory: string, name: string): Promise<CertifiedKey> {
  const { certificatePath, keyPath } = pathsOf(directory, name);
  const subject = ['-subj', `/CN=${name}`, '-days', '1'];
  await run('openssl', ['req', '-x509', ...newKey, ...subject, '-keyout', keyPath, '-out', certificatePath]);
  return read(directory, name);
}

/** A certificate for a name, signed by an authority; of no more days, it is over. */
export async function certify(
  directory: string,
  name: string,
  { certificatePath: ca, keyPath: caKey }: CertifiedKey,
  days = 1,
): Promise<CertifiedKey> {
  const { certificatePath, keyPath } = pathsOf(directory, name);
  const [request, extensions] = [join(directory, `${name}.csr`), join(directory, `${name}.ext`)];
  await writeFile(extensions, `subjectAltName=DNS:${name}\n`);
  await run('openssl', ['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', keyPath, '-out', request]);
  const signing = [
    '-CA',
    ca,
    '-CAkey',
    caKey,
    '-CAcreateserial',
    '-days',
    String(days),
    '-extfile',
    extensions,
  ];
  await run('openssl', ['x509', '-req', '-in', request, ...signing, '-out', certificatePath]);
  return read(directory, name);
}

function pathsOf(directory: string, name: string): Pick<CertifiedKey, 'certificatePath' | 'keyPath'> {
  return { certificatePath: join(directory, `${name}.pem`), keyPath: join(directory, `${name}.key`) };
}

async function read(directory: string, name: string): Promise<CertifiedKey> {
  const paths = pathsOf(directory, name);
  const [certificate, key] = await Promise.all([
    readFile(paths.certificatePath, 'utf8'),
    readFile(paths.keyPath, 'utf8'),
  ]);
  return { ...paths, certificate, key };
}
