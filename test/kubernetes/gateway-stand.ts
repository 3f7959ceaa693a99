import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Traffic } from '../../activities/ports.ts';
import { gatewayApiTraffic } from '../../activities/traffic/gateway-api.ts';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { connected, grantsOf } from '../support/grants.ts';
import { backend, trackOfCall } from './gateway-backend.ts';
import { Namespace, type Manifest, type TestCluster } from './namespace.ts';
import { shopImage } from './shop.ts';

export const skipped = inject('cluster') === null;

type Plan = Extract<TrafficPlan, { type: 'gateway-api' }>;

/** What a request is asked with. */
export interface Asked {
  path?: string;
  method?: string;
  host?: string;
  headers?: Record<string, string>;
}

const tracks = ['stable', 'canary', 'baseline'] as const;
const services = { stable: 'checkout', canary: 'checkout-canary', baseline: 'checkout-baseline' };

/** Part of a kubeconfig. */
interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
}

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
  readonly #scratch: string;
  #proxy: Proxy;
  #context = '';
  #calls: ClientHttp2Session | null = null;
  /** Requests that were begun. */
  asked = 0;

  private constructor(cluster: TestCluster, namespace: Namespace, scratch: string, proxy: Proxy) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.#scratch = scratch;
    this.#proxy = proxy;
    this.host = `${namespace.name}.test`;
  }

  static async start(): Promise<GatewayStand> {
    const cluster = inject('cluster');
    if (cluster === null) throw new Error('there is no cluster');
    const namespace = await Namespace.create(cluster, 'gateway');
    const scratch = await mkdtemp(join(tmpdir(), 'coalmine-gateway-'));
    const proxy = await Proxy.before(cluster);
    const stand = new GatewayStand(cluster, namespace, scratch, proxy);
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

  /** Where the adapter connects to, and the proxy after it. */
  get api(): string[] {
    return [this.#proxy.url, this.#proxy.to];
  }

  /**
   * A way to the API server for the adapter that nothing has happened to yet.
   *
   * @param token of a service account, in place of the tests' own rights
   */
  async useAs(token?: string): Promise<void> {
    await this.#proxy.close();
    this.#proxy = await Proxy.before(this.cluster);
    // What a worker knows of a context, it keeps.
    this.#context = `gateway-${randomBytes(4).toString('hex')}`;
    const { kubeconfig, context } = this.cluster;
    const whole = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
    const own = whole.contexts.find(({ name }) => name === context)?.context;
    const found = whole.clusters.find(({ name }) => name === own?.['cluster'])?.cluster;
    const user = whole.users.find(({ name }) => name === own?.['user'])?.user;
    const name = this.#context;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { ...found, server: this.#proxy.url, 'tls-server-name': 'kubernetes' } }],
      users: [{ name, user: token === undefined ? user : { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    };
    const path = join(this.#scratch, 'kubeconfig');
    await writeFile(path, stringify(config));
    process.env['KUBECONFIG'] = path;
  }

  /** From now on the API server takes connections of the adapter and answers nothing; resolves when one has come. */
  hang(): Promise<void> {
    return this.#proxy.hang();
  }

  /** From now on the adapter cannot reach it. */
  vanish(): Promise<void> {
    return this.#proxy.close();
  }

  /** Who answers one request: the name of a track, or the status if it is not 200. */
  ask({ path = '/', method = 'GET', host = this.host, headers = {} }: Asked = {}): Promise<string> {
    const { hostname, port } = new URL(this.cluster.gateway);
    return new Promise((resolve, reject) => {
      request(
        { host: hostname, port, path, method, agent: this.#agent, headers: { host, ...headers } },
        (response) => {
          text(response).then((body) => {
            resolve(response.statusCode === 200 ? body : String(response.statusCode));
          }, reject);
        },
      )
        .once('error', reject)
        .end();
    });
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
  async share(
    requests: number,
    asked: Asked = {},
    one = (how: Asked) => this.ask(how),
  ): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    let left = requests;
    const user = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        this.asked += 1;
        const track = await one(asked);
        counts[track] = (counts[track] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, user));
    return counts;
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
    await this.#proxy.close();
    await this.namespace.remove();
    await rm(this.#scratch, { recursive: true, force: true });
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

/** Passes connections on to the API server, or lets them hang. */
class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hangs: (() => void) | null = null;

  /** The API server. */
  readonly to: string;

  private constructor(server: Server, to: string) {
    this.#server = server;
    this.to = to;
  }

  static async before({ kubeconfig, context }: TestCluster): Promise<Proxy> {
    const whole = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
    const own = whole.contexts.find(({ name }) => name === context)?.context;
    const found = whole.clusters.find(({ name }) => name === own?.['cluster'])?.cluster;
    const to = String(found?.['server']);
    const { hostname, port } = new URL(to);
    const server = createServer();
    const proxy = new Proxy(server, to);
    server.on('connection', (near: Socket) => {
      const far = createConnection(Number(port || 443), hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        proxy.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
        one.on('data', (chunk) => {
          if (proxy.#hangs !== null) {
            proxy.#hangs();
            return;
          }
          other.write(chunk);
        });
      }
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  hang(): Promise<void> {
    return new Promise((resolve) => {
      this.#hangs = resolve;
    });
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
