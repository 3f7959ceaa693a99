import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import {
  Agent,
  createServer,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { traefikTraffic } from '../../activities/traffic/traefik.ts';
import type { Traffic } from '../../activities/ports.ts';
import { freePort } from '../../examples/platform/free-port.ts';
import type { TrafficPlan } from '../../src/spec/schema.ts';
import { answerOf, countAnswers, type Asked } from '../support/asking.ts';
import { connected, grantsOf } from '../support/grants.ts';

/** Why a test is skipped; under CI it is not. */
export const skipped = inject('traefik') === null;

type Plan = Extract<TrafficPlan, { type: 'traefik' }>;

/** What a user's Traefik has of his own: routers, services and middlewares, as its file provider reads them. */
type Dynamic = Record<string, unknown>;

/** What a request is asked with. */
const name = 'shop.test';

/** A user's router and service for this host, and nothing else. */
export function usersOwn(stable: string): Dynamic {
  return {
    routers: { checkout: { rule: `Host(\`${name}\`)`, service: 'checkout', entryPoints: ['web'] } },
    services: { checkout: { loadBalancer: { servers: [{ url: stable }] } } },
  };
}

/** A real Traefik with a user's own configuration, and a copy of each track behind it that answers with the track's name. */
export class Stand {
  readonly directory: string;
  readonly #scratch: string;
  readonly #ports: { web: number; api: number };
  readonly #servers: Server[];
  readonly #more: string[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly urls: Record<'stable' | 'canary' | 'baseline', string>;
  /** What the copies answer; by default the name of the track. */
  answer: (track: string) => RequestListener = (track) => (_, response) => response.end(track);
  /** Requests that were begun. */
  asked = 0;
  #process: ChildProcess | null = null;

  private constructor(
    scratch: string,
    ports: { web: number; api: number },
    copies: { track: 'stable' | 'canary' | 'baseline'; server: Server }[],
    more: string[],
  ) {
    this.#scratch = scratch;
    this.directory = join(scratch, 'dynamic');
    this.#ports = ports;
    this.#more = more;
    this.#servers = copies.map(({ server }) => server);
    this.urls = Object.fromEntries(
      copies.map(({ track, server }) => {
        server.on('request', (request, response) => {
          this.answer(track)(request, response);
        });
        return [track, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`];
      }),
    ) as Stand['urls'];
  }

  /**
   * @param own what the user has of his own
   * @param more arguments of Traefik; the delay between two changes is a tenth of a second where they say nothing of it
   */
  static async start(
    own: (stable: string) => Dynamic = usersOwn,
    more = ['--providers.providersThrottleDuration=100ms'],
  ): Promise<Stand> {
    const scratch = await mkdtemp(join(tmpdir(), 'coalmine-traffic-'));
    await mkdir(join(scratch, 'dynamic'));
    const copies = await Promise.all(
      (['stable', 'canary', 'baseline'] as const).map(async (track) => {
        const server = createServer();
        await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
        return { track, server };
      }),
    );
    const ports = { web: await freePort('127.0.0.1'), api: await freePort('127.0.0.1') };
    const stand = new Stand(scratch, ports, copies, more);
    try {
      await stand.write('users.yml', { http: own(stand.urls.stable) });
      await stand.up();
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  get api(): string {
    return `http://127.0.0.1:${String(this.#ports.api)}`;
  }

  get backends() {
    return { canary: [this.urls.canary], baseline: [this.urls.baseline] };
  }

  plan(more: Partial<Plan> = {}): Plan {
    return { type: 'traefik', directory: this.directory, api: this.api, headers: {}, ...more };
  }

  traffic(more: Partial<Plan> = {}): Traffic {
    const plan = this.plan(more);
    return connected(
      traefikTraffic,
      plan,
      grantsOf(() => 'hush', ['loopback'], [plan.directory]),
    );
  }

  /** A file of the user's own in the directory. */
  async write(file: string, document: object): Promise<void> {
    await writeFile(join(this.directory, file), JSON.stringify(document));
  }

  /** Starts Traefik, and waits for it. */
  async up(): Promise<void> {
    const { web, api } = this.#ports;
    this.#process = spawn(
      inject('traefik') ?? 'traefik',
      [
        `--entrypoints.web.address=127.0.0.1:${String(web)}`,
        `--entrypoints.traefik.address=127.0.0.1:${String(api)}`,
        `--providers.file.directory=${this.directory}`,
        '--api.insecure=true',
        '--log.level=ERROR',
        ...this.#more,
      ],
      { stdio: 'ignore' },
    );
    for (let tries = 0; tries < 600; tries += 1) {
      const router = await fetch(`${this.api}/api/http/routers?search=%40file`).then(
        async (response) => response.ok && ((await response.json()) as unknown[]).length > 0,
        () => false,
      );
      if (router) return;
      await sleep(50);
    }
    throw new Error('Traefik did not get ready within 30 s');
  }

  async down(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  }

  /** From now on Traefik takes connections and answers nothing; resolves when one to its API has come. */
  async hang(): Promise<void> {
    this.#process?.kill('SIGSTOP');
    const port = this.#ports.api.toString(16).toUpperCase().padStart(4, '0');
    const established = new RegExp(`: 0100007F:${port} \\S+ 01 `);
    while (!established.test(await readFile('/proc/net/tcp', 'utf8'))) await sleep(20);
  }

  /** Who answers one request: the name of a track, or the status if it is not 200. */
  ask(asked: Asked = {}): Promise<string> {
    return answerOf(
      { host: '127.0.0.1', port: this.#ports.web, agent: this.#agent },
      { host: name, ...asked },
    );
  }

  /** How many of so many requests each track answers. */
  share(requests: number, asked: Asked = {}): Promise<Record<string, number>> {
    const last = this.asked + requests;
    return this.shareUntil(() => this.asked >= last, asked);
  }

  /** How many requests each track answers until it is enough; eight at a time, on connections that are kept. */
  shareUntil(isEnough: () => boolean, asked: Asked = {}): Promise<Record<string, number>> {
    return countAnswers(isEnough, () => {
      this.asked += 1;
      return this.ask(asked);
    });
  }

  /** New users: the cookie that each was given, and the track that answered. */
  async cookies(users: number): Promise<{ cookie: string; track: string }[]> {
    const url = `http://127.0.0.1:${String(this.#ports.web)}/`;
    return Promise.all(
      Array.from({ length: users }, async () => {
        const [answer] = (await once(request(url, { headers: { host: name } }).end(), 'response')) as [
          IncomingMessage,
        ];
        const [cookie = ''] = answer.headers['set-cookie'] ?? [];
        return { cookie: cookie.split(';')[0] ?? '', track: await text(answer) };
      }),
    );
  }

  async close(): Promise<void> {
    await this.down();
    this.#agent.destroy();
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
    await rm(this.#scratch, { recursive: true, force: true });
  }
}
