import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { readConfig } from '../../src/config.ts';

const run = promisify(execFile);

/** The chart. */
export const chart = fileURLToPath(new URL('../../charts/coalmine', import.meta.url));

/** The `helm` on PATH, else the one that helm.sh has built; null if there is none, which under CI is an error. */
export const helm = findHelm();

function findHelm(): string | null {
  const found = ['helm', join(readConfig().cacheDir, 'docker', 'helm')].find(
    (path) => spawnSync(path, ['version']).status === 0,
  );
  if (found !== undefined) return found;
  const missing =
    'test/charts needs helm 3 (https://helm.sh/docs/intro/install/; with Go 1.26: test/charts/helm.sh version)';
  if (process.env['CI']) throw new Error(missing);
  console.warn(`skipped: ${missing}`);
  return null;
}

/** A Kubernetes object, or a part of one. */
export type Manifest = Record<string, unknown>;

/** The part of an object at a path: `at(deployment, 'spec.replicas')`, `at(pod, 'spec.containers.0.image')`. */
export function at(from: unknown, path: string): unknown {
  return path.split('.').reduce((part, key) => (part as Manifest | undefined)?.[key], from);
}

/** The same, of a list of objects. */
export function listAt(from: unknown, path: string): Manifest[] {
  return at(from, path) as Manifest[];
}

/** What `helm` prints; throws with its error message if it refuses. */
export async function runHelm(args: readonly string[], values: unknown = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'coalmine-chart-'));
  try {
    const file = join(directory, 'values.yaml');
    await writeFile(file, stringify(values));
    return (await run(helm ?? '', [...args, '--values', file])).stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The chart as it is rendered with these values, in the namespace `coalmine`. */
export async function rendered(values: unknown = {}): Promise<Manifest[]> {
  const text = await runHelm(['template', 'coalmine', chart, '--namespace', 'coalmine'], values);
  return manifestsIn(text);
}

/** The objects of a file of YAML documents. */
export function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
