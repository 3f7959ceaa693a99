import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { Traffic } from '../../activities/ports.ts';
import { gatewayApiTraffic } from '../../activities/traffic/gateway-api.ts';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { answerOf, countAnswers, type Asked } from '../support/asking.ts';
import { connected, grantsOf } from '../support/grants.ts';
import { Door } from './door.ts';
import { backend, trackOfCall } from './gateway-backend.ts';
import { entriesOf, through, useContext, type ClusterEntry } from './kubeconfig.ts';
import { Namespace, type Manifest, type TestCluster } from './namespace.ts';
import { shopImage } from './shop.ts';

export const skipped = inject('cluster') === null;

type Plan = Extract<TrafficPlan, { type: 'gateway-api' }>;

const tracks = ['stable', 'canary', 'baseline'] as const;
const services = { stable: 'checkout', canary: 'checkout-canary', baseline: 'checkout-baseline' };

/**
 * A route of a user's at the gateway of a real cluster, with a pod of each track behind it. The adapter reaches the API server
 * through a proxy that can be stopped.
 */
export class GatewayStand {
  readonly cluster: TestCluster;
  readonly namespace: Namespace;
  /** By which requests come to the route. */
  host: string;
  #routes = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #entry: ClusterEntry;
  readonly #user: unknown;
  #door: Door;
  #context = '';
  #calls: ClientHttp2Session | null = null;
  /** Requests that were begun. */
  asked = 0;

  private constructor(
    cluster: TestCluster,
    namespace: Namespace,
    { entry, user, door }: { entry: ClusterEntry; user: unknown; door: Door },
  ) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.#entry = entry;
    this.#user = user;
    this.#door = door;
    this.host = `${namespace.name}.test`;
  }

  static async start(): Promise<GatewayStand> {
    const cluster = inject('cluster');
    if (cluster === null) throw new Error('there is no cluster');
    const namespace = await Namespace.create(cluster, 'gateway');
    const { cluster: entry, user } = await entriesOf(cluster);
    const door = await Door.open(entry.server);
    const stand = new GatewayStand(cluster, namespace, { entry, user, door });
    try {
      await namespace.apply(...tracks.flatMap((track) => podsOf(track)));
      await Promise.all(tracks.map((track) => namespace.rolledOut(services[track])));
      await stand.useAs();
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  /** Puts a user's route in place, under a host of its own, and waits until it is served. */
  async route(
    rules: object[] = [{ backendRefs: [{ name: 'checkout', port: 80 }] }],
    kind = 'HTTPRoute',
  ): Promise<void> {
    await this.namespace.kubectl('delete', kind.toLowerCase(), 'checkout', '--ignore-not-found');
    this.#routes += 1;
    this.host = `${String(this.#routes)}.${this.namespace.name}.test`;
    await this.namespace.apply(this.manifest(rules, kind));
    await this.until(async () => (kind === 'HTTPRoute' ? await this.ask() : await this.call()) === 'stable');
  }

  manifest(rules: object[], kind = 'HTTPRoute'): Manifest {
    return {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind,
      metadata: { name: 'checkout' },
      spec: { parentRefs: [this.cluster.parent], hostnames: [this.host], rules },
    };
  }

  plan(more: Partial<Plan> = {}): Plan {
    return {
      type: 'gateway-api',
      context: this.#context,
      namespace: this.namespace.name,
      probe: this.cluster.gateway,
      takesUp: 5_000,
      ...more,
    };
  }

  traffic(more: Partial<Plan> = {}): Traffic {
    return connected(
      gatewayApiTraffic,
      this.plan(more),
      grantsOf(
        () => 'hush',
        [new URL(this.cluster.gateway).host],
        [],
        [{ context: '*', namespace: this.namespace.name }],
      ),
    );
  }

  /** Where the adapter connects to, and the API server behind it. */
  get api(): string[] {
    return [`https://127.0.0.1:${String(this.#door.port)}`, this.#entry.server];
  }

  /**
   * A way to the API server for the adapter that nothing has happened to yet.
   *
   * @param token of a service account, in place of the tests' own rights
   */
  async useAs(token?: string): Promise<void> {
    await this.#door.close();
    this.#door = await Door.open(this.#entry.server);
    // What a worker knows of a context, it keeps.
    this.#context = `gateway-${randomBytes(4).toString('hex')}`;
    const user = token === undefined ? this.#user : { token };
    await useContext(this.#context, through(this.#door, this.#entry), user);
  }

  /** From now on the API server takes connections of the adapter and answers nothing; resolves when something is asked. */
  hang(): Promise<void> {
    return this.#door.hang();
  }

  /** From now on the adapter cannot reach it. */
  vanish(): Promise<void> {
    return this.#door.close();
  }

  /** Who answers one request: the name of a track, or the status if it is not 200. */
  ask(asked: Asked = {}): Promise<string> {
    const { hostname, port } = new URL(this.cluster.gateway);
    return answerOf({ host: hostname, port, agent: this.#agent }, { host: this.host, ...asked });
  }

  /** Who answers one call of gRPC. */
  async call({ path = '/shop.Cart/Add', headers = {} }: Asked = {}): Promise<string> {
    if (this.#calls === null || this.#calls.closed || this.#calls.destroyed) {
      this.#calls = connect(this.cluster.gateway);
      this.#calls.on('error', () => undefined);
    }
    const stream = this.#calls.request({
      ':method': 'POST',
      ':path': path,
      ':authority': this.host,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let status = 0;
    let code = '';
    stream.on('response', (answer) => {
      status = Number(answer[':status']);
      code = String(answer['grpc-status'] ?? '');
    });
    stream.end(Buffer.alloc(5));
    const message = await buffer(stream);
    return status === 200 && message.length > 7 ? trackOfCall(message) : `${String(status)} ${code}`.trim();
  }

  /** How many of so many requests each track answers; eight at a time. */
  share(
    requests: number,
    asked: Asked = {},
    one = (how: Asked) => this.ask(how),
  ): Promise<Record<string, number>> {
    const last = this.asked + requests;
    return countAnswers(
      () => this.asked >= last,
      () => {
        this.asked += 1;
        return one(asked);
      },
    );
  }

  async until(condition: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      if (await condition().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('not so within 30 s');
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#calls?.destroy();
    await this.#door.close();
    await this.namespace.remove();
  }
}

function podsOf(track: (typeof tracks)[number]): Manifest[] {
  const name = services[track];
  const labels = { app: name };
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'backend',
                image: shopImage('2.3.9'),
                imagePullPolicy: 'Never',
                command: ['/usr/local/bin/node', '-e', backend],
                env: [{ name: 'TRACK', value: track }],
                readinessProbe: probe,
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: {
        selector: labels,
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'grpc', port: 81, targetPort: 8081, appProtocol: 'kubernetes.io/h2c' },
        ],
      },
    },
  ];
}
