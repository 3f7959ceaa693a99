/** The kubeconfigs of the workers of tests. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { accessTo } from '../../activities/kubernetes/access.ts';
import type { Door } from './door.ts';
import type { TestCluster } from './namespace.ts';

/** A cluster, as a kubeconfig has it. */
export type ClusterEntry = Record<string, unknown> & { server: string };

interface Kubeconfig {
  clusters: { name: string; cluster: ClusterEntry }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  users: { name: string; user: unknown }[];
}

/** How tests reach the cluster, and as whom. */
export async function entriesOf({
  kubeconfig,
  context,
}: TestCluster): Promise<{ cluster: ClusterEntry; user: unknown }> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const own = config.contexts.find(({ name }) => name === context)!.context;
  return {
    cluster: config.clusters.find(({ name }) => name === own.cluster)!.cluster,
    user: config.users.find(({ name }) => name === own.user)!.user,
  };
}

/** The same cluster, reached through a door. */
export function through(door: Door, cluster: ClusterEntry): ClusterEntry {
  const { hostname } = new URL(cluster.server);
  return {
    ...cluster,
    server: `https://127.0.0.1:${String(door.port)}`,
    // The certificate of a cluster that somebody else has is for its own name.
    ...(isIP(hostname) === 0 && { 'tls-server-name': hostname }),
  };
}

/** From now on the worker of this process has this context. */
export async function useContext(name: string, cluster: ClusterEntry, user: unknown): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'coalmine-kubeconfig-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'config');
  const written = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writeFile(file, stringify(written), { mode: 0o600 });
  process.env['KUBECONFIG'] = file;
  // Read once for each context: another test may name another file.
  await accessTo(name);
}
