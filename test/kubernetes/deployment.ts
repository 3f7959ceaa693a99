/** A Deployment in a namespace of its own, released by the target `kubernetes` through a door that tests may close. */
import { createGrants } from '../../activities/grants.ts';
import { kubernetesDeployer } from '../../activities/deployers/kubernetes.ts';
import type { Deployer } from '../../activities/ports.ts';
import { readConfig } from '../../src/config.ts';
import type { KubernetesTarget } from '../../src/spec/kubernetes.ts';
import { connected } from '../support/grants.ts';
import { Door } from './door.ts';
import { entriesOf, through, useContext, type ClusterEntry } from './kubeconfig.ts';
import { Namespace, type Manifest, type TestCluster } from './namespace.ts';
import { shop, shopImage } from './shop.ts';

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
  /** Of a kubeconfig that leads through the door. */
  readonly context: string;
  readonly service = 'staging/shop';
  readonly #cluster: ClusterEntry;

  private constructor(namespace: Namespace, door: Door, cluster: ClusterEntry) {
    this.#cluster = cluster;
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
    const { cluster: entry, user } = await entriesOf(cluster);
    const door = await Door.open(entry.server);
    const released = new Released(namespace, door, entry);
    await useContext(released.context, through(door, entry), user);
    await namespace.apply(...manifests);
    await namespace.rolledOut('shop');
    return released;
  }

  /** Of the cluster itself. */
  get server(): string {
    return this.#cluster.server;
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
