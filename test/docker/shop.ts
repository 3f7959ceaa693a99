/** A service in containers on the engine of this machine: what the target `docker` is tried on. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { dockerDeployer } from '../../activities/deployers/docker.ts';
import { createGrants } from '../../activities/grants.ts';
import type { Deployer } from '../../activities/ports.ts';
import { docker, importNode } from '../../examples/docker/images.ts';
import { readConfig } from '../../src/config.ts';
import type { DockerTarget } from '../../src/spec/docker.ts';
import { connected } from '../support/grants.ts';

export { docker };

const base = 'coalmine-test/node';
const repository = 'coalmine-test/shop';

/** Versions of the service; what comes with an image is how they differ. */
const variants: Record<string, string[]> = {
  '2.3.9': ['ENV TUNING=old'],
  '2.4.0': ['ENV TUNING=new', 'LABEL org.opencontainers.image.version=2.4.0'],
  '2.4.1': ['ENV OTHER=1'],
  exits: ['ENV FAULT=exits'],
  sick: ['ENV FAULT=sick'],
  eats: ['ENV FAULT=eats'],
};

/** Images of the service, made of the Node that runs this: nothing is pulled. */
export async function makeImages(): Promise<void> {
  if ((await docker('images', '-q', base)) === '') await importNode(base);
  const folder = await mkdtemp(join(tmpdir(), 'coalmine-shop-'));
  try {
    for (const file of ['server.js', 'health.js'])
      await copyFile(fileURLToPath(new URL(`shop/${file}`, import.meta.url)), join(folder, file));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    for (const [version, lines] of Object.entries(variants)) {
      const file = [
        `FROM ${base}`,
        'COPY server.js health.js package.json /app/',
        `ENV VERSION=${version}`,
        ...lines,
        'EXPOSE 8080',
        'HEALTHCHECK --interval=1s --timeout=5s --retries=3 CMD ["node", "/app/health.js"]',
        'CMD ["node", "/app/server.js"]',
      ];
      await writeFile(join(folder, 'Dockerfile'), file.join('\n'));
      await docker('build', '-q', '-t', `${repository}:${version}`, folder);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `docker inspect` tells of a container, as far as tests look. */
export interface Looked {
  Id: string;
  Name: string;
  Image: string;
  State: { Running: boolean; Status: string; Health?: { Status: string } };
  Config: { Image: string; Env: string[]; Labels: Record<string, string>; Hostname: string };
  HostConfig: {
    Memory: number;
    RestartPolicy: { Name: string };
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
  };
  NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> };
  Mounts: { Name?: string; Source: string; Destination: string }[];
}

/** One service with a name, a network and an address of the engine of its own. */
export class Shop {
  /** Of the service; its last part is the name of stable's container. */
  readonly service: string;
  readonly name: string;
  readonly network: string;
  readonly image = `${repository}:$version`;
  readonly #door: Door;

  private constructor(name: string, door: Door) {
    this.name = name;
    this.service = `staging/${name}`;
    this.network = `${name}-net`;
    this.#door = door;
  }

  static async create(): Promise<Shop> {
    const name = `shop-${randomBytes(4).toString('hex')}`;
    const shop = new Shop(name, await Door.open());
    await docker('network', 'create', shop.network);
    return shop;
  }

  /** The engine's socket, by way of a door that tests may close. */
  get door(): Door {
    return this.#door;
  }

  /** Starts a container of stable, healthy. */
  async run(version: string, options: string[] = [], name = this.name): Promise<void> {
    const network = options.includes('--network') ? [] : ['--network', this.network];
    await docker('run', '-d', '--name', name, ...network, ...options, `${repository}:${version}`);
  }

  /** A plan whose stable is this one. */
  plan(other: Partial<DockerTarget> = {}): DockerTarget {
    return {
      type: 'docker',
      engine: `unix://${this.#door.path}`,
      container: this.name,
      image: this.image,
      port: 8080,
      address: 'name',
      env: {},
      shared: [],
      ready: 60_000,
      drain: 5_000,
      ...other,
    };
  }

  /** The adapter, for a worker whose operator allows this door and loopback. */
  deployer(plan: DockerTarget = this.plan(), secrets: Record<string, string> = {}): Deployer {
    const config = readConfig({ ...secrets, COALMINE_ALLOW_SECRETS: Object.keys(secrets).join(',') });
    const grants = createGrants({ ...config, allowHosts: ['loopback'], allowSockets: [this.#door.path] });
    return connected(dockerDeployer, plan, grants);
  }

  async look(name: string): Promise<Looked | null> {
    try {
      const [found] = JSON.parse(await docker('inspect', '--type', 'container', name)) as Looked[];
      return found ?? null;
    } catch {
      return null;
    }
  }

  /** Names of all containers of this service that there are, running or not. */
  async names(): Promise<string[]> {
    const all = await docker('ps', '-a', '--format', '{{.Names}}');
    return all
      .split('\n')
      .filter((name) => name.includes(this.name))
      .sort();
  }

  /** What really runs of a track: tags of images. */
  async running(track: string): Promise<string[]> {
    const found = [];
    for (const name of await this.names()) {
      const container = await this.look(name);
      if (container?.State.Running !== true) continue;
      const { [`coalmine.role`]: role } = container.Config.Labels;
      const is =
        role === 'canary' || role === 'baseline' ? role : name.includes('.coalmine-') ? 'beside' : 'stable';
      if (is === track) found.push(container.Config.Image.split(':').at(-1) ?? '');
    }
    return [...new Set(found)];
  }

  async close(): Promise<void> {
    await this.#door.close();
    const names = await this.names();
    if (names.length > 0) await docker('rm', '-f', '-v', ...names);
    await docker('network', 'rm', this.network);
  }
}

/** A socket in front of the engine's. */
export class Door {
  readonly path: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #swallows = false;
  /** Further requests that change something until `#last` is told. */
  #until = 0;
  #last: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  private constructor(path: string) {
    this.path = path;
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#open.delete(socket));
      socket.on('data', (data) => {
        this.#arrived?.();
        if (!/^(POST|DELETE) /.test(data.toString('latin1'))) return;
        this.#until -= 1;
        if (this.#until === 0) this.#last?.();
      });
      if (this.#swallows) return;
      const engine = connect('/var/run/docker.sock');
      this.#open.add(engine);
      engine.on('error', () => socket.destroy()).on('close', () => this.#open.delete(engine));
      socket.pipe(engine).pipe(socket);
    });
  }

  static async open(): Promise<Door> {
    const door = new Door(join(await mkdtemp(join(tmpdir(), 'coalmine-door-')), 'docker.sock'));
    door.#server.listen(door.path);
    await once(door.#server, 'listening');
    return door;
  }

  /** From now on nothing is answered; resolves when something has come. */
  async hang(): Promise<void> {
    this.#swallows = true;
    this.#cut();
    await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  /** Calls when so many further requests that change something have come. */
  after(requests: number, call: () => void): void {
    this.#until = requests;
    this.#last = call;
  }

  /** Cuts what is under way. */
  async close(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : null;
    this.#server.close();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
