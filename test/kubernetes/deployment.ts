/** A Deployment in a namespace of its own, released by the target `kubernetes` through a door that tests may close. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createGrants } from '../../activities/grants.ts';
import { kubernetesDeployer } from '../../activities/deployers/kubernetes.ts';
import { accessTo } from '../../activities/kubernetes/access.ts';
import type { Deployer } from '../../activities/ports.ts';
import { readConfig } from '../../src/config.ts';
import type { KubernetesTarget } from '../../src/spec/kubernetes.ts';
import { connected } from '../support/grants.ts';
import { Door } from './door.ts';
import { Namespace, type Manifest, type TestCluster } from './namespace.ts';
import { shop, shopImage } from './shop.ts';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> & { server: string } }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  users: { name: string; user: unknown }[];
}

/** As far as tests look. */
interface PodList {
  items: {
    metadata: { deletionTimestamp?: string; labels: Record<string, string>; name: string };
    spec: { containers: { image: string }[] };
  }[];
}

export class Released {
  readonly namespace: Namespace;
  readonly door: Door;
  /** Of the cluster itself. */
  readonly server: string;
  /** Of a kubeconfig that leads through the door. */
  readonly context: string;
  readonly service = 'staging/shop';
  /** As a kubeconfig has it. */
  readonly #cluster: unknown;

  private constructor(namespace: Namespace, door: Door, server: string, cluster: unknown) {
    this.#cluster = cluster;
    this.server = server;
    this.namespace = namespace;
    this.door = door;
    this.context = namespace.name;
  }

  /** Version 2.3.9 of `shop`, with so many copies that are ready, and its Service. */
  static async create(
    cluster: TestCluster,
    replicas = 2,
    manifests: Manifest[] = shop('shop', '2.3.9', replicas),
  ): Promise<Released> {
    const namespace = await Namespace.create(cluster, 'kube');
    const config = parse(await readFile(cluster.kubeconfig, 'utf8')) as Kubeconfig;
    const { context } = config.contexts.find(({ name }) => name === cluster.context)!;
    const { cluster: server } = config.clusters.find(({ name }) => name === context.cluster)!;
    const door = await Door.open(server.server);
    const released = new Released(namespace, door, server.server, server);
    await useContext(
      released.context,
      {
        ...server,
        server: `https://127.0.0.1:${String(door.port)}`,
        // The certificate of a cluster that somebody else has is for its own name.
        ...(isName(server.server) && { 'tls-server-name': new URL(server.server).hostname }),
      },
      config.users.find(({ name }) => name === context.user)!.user,
    );
    await namespace.apply(...manifests);
    await namespace.rolledOut('shop');
    return released;
  }

  plan(other: Partial<KubernetesTarget> = {}): KubernetesTarget {
    return {
      type: 'kubernetes',
      context: this.context,
      namespace: this.namespace.name,
      image: shopImage('$version'),
      config: [],
      ready: 120_000,
      drain: 1_000,
      byCopies: false,
      ...other,
    };
  }

  /** The adapter, for a worker whose operator allows this namespace. */
  deployer(plan = this.plan(), environment: Record<string, string> = {}): Deployer {
    const allowed = `*/${this.namespace.name}`;
    return connected(
      kubernetesDeployer,
      plan,
      createGrants(readConfig({ ...environment, COALMINE_ALLOW_NAMESPACES: allowed })),
    );
  }

  /** The context of a worker that speaks as a service account of the namespace. */
  async contextOf(account: string): Promise<string> {
    const name = `${this.context}-${account}`;
    await useContext(name, this.#cluster, { token: await this.namespace.token(account) });
    return name;
  }

  /** The versions that copies of a track really run, by their images. */
  async running(track: 'stable' | 'canary' | 'baseline'): Promise<string[]> {
    const list = JSON.parse(await this.namespace.kubectl('get', 'pods', '-o', 'json')) as PodList;
    const versions = list.items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .filter(({ metadata }) => (metadata.labels['coalmine/role'] ?? 'stable') === track)
      .map(({ spec }) => spec.containers[0]!.image.replace(/^.*:/, ''));
    return [...new Set(versions)].sort();
  }

  /** Names of everything that Coalmine has made and that is still there. */
  async left(): Promise<string[]> {
    const text = await this.namespace.kubectl(
      'get',
      'deployments,services,pods',
      '-l',
      'coalmine/service',
      '-o',
      'name',
    );
    return text.split('\n').filter((line) => line !== '');
  }

  async close(): Promise<void> {
    await this.door.close();
    await this.namespace.remove();
  }
}

/** From now on the worker of this process has this context. */
export async function useContext(name: string, cluster: unknown, user: unknown): Promise<void> {
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

function isName(url: string): boolean {
  return isIP(new URL(url).hostname) === 0;
}
