/** The stack of docker-compose.yml, under a project name, a password and ports of its own. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { anyFreePort } from '../../src/temporal/ports.ts';
import { version } from '../../src/version.ts';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** A container, as `docker inspect` tells of it. */
export interface Container {
  Id: string;
  State: { Pid: number; Running: boolean; StartedAt: string; Health?: { Status: string } };
}

const published = {
  temporal: 'TEMPORAL_PORT',
  ui: 'UI_PORT',
  prometheus: 'PROMETHEUS_PORT',
  traefik: 'TRAEFIK_PORT',
  traefikApi: 'TRAEFIK_API_PORT',
  front: 'PLATFORM_FRONT_PORT',
  platform: 'PLATFORM_PORT',
} as const;

export type Published = keyof typeof published;

export class Stack {
  readonly #env: NodeJS.ProcessEnv;
  readonly #ports: Record<Published, number>;

  private constructor(ports: Record<Published, number>) {
    this.#ports = ports;
    this.#env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: 'coalmine-test',
      COMPOSE_PROFILES: 'example',
      POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
    };
    for (const [name, variable] of Object.entries(published))
      this.#env[variable] = String(ports[name as Published]);
  }

  /** Takes away what an earlier run may have left behind; starts nothing. */
  static async create(): Promise<Stack> {
    const ports: [string, number][] = [];
    for (const name of Object.keys(published)) ports.push([name, await anyFreePort()]);
    const stack = new Stack(Object.fromEntries(ports) as Record<Published, number>);
    await stack.remove();
    return stack;
  }

  /** The address of a published port, without a scheme. */
  address(name: Published): string {
    return `127.0.0.1:${this.#ports[name]}`;
  }

  /** Runs `docker compose`; gives back what it prints. Throws if it fails, with all that it said. */
  async compose(...args: string[]): Promise<string> {
    const options = { cwd: checkout, env: this.#env, maxBuffer: 64 * 1024 * 1024 };
    try {
      return (await run('docker', ['compose', ...args], options)).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`docker compose ${args.join(' ')}: ${stdout ?? ''}${stderr ?? ''}`, { cause: error });
    }
  }

  async up(): Promise<void> {
    await this.compose('up', '--detach', '--wait', '--wait-timeout', '240');
  }

  /** Everything goes, volumes too. */
  async remove(): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5');
  }

  async containers(service: string): Promise<Container[]> {
    const ids = (await this.compose('ps', '--all', '--quiet', service)).split('\n').filter(Boolean);
    const { stdout } = await run('docker', ['inspect', ...ids]);
    return JSON.parse(stdout) as Container[];
  }

  /**
   * Kills the main process of a service's first container, as a crash would: nobody has asked it to end. Waits until
   * Docker has started it again.
   */
  async crash(service: string): Promise<void> {
    const [container] = await this.containers(service);
    if (!container?.State.Running) throw new Error(`${service} does not run`);
    const { Id, State } = container;
    await this.inImage(['--pid', 'host', '--user', 'root'], ['sh', '-c', `kill -9 ${State.Pid}`]);
    await vi.waitFor(async () => {
      const now = (await this.containers(service)).find((one) => one.Id === Id);
      if (!now?.State.Running || now.State.StartedAt === State.StartedAt)
        throw new Error(`${service} has not been started again: ${JSON.stringify(now?.State)}`);
    }, 60_000);
  }

  /** Runs a command in a container of its own of the worker's image, with these options of `docker run`. */
  async inImage(options: string[], [program = '', ...args]: string[]): Promise<string> {
    const entry = [...options, '--entrypoint', program];
    const { stdout } = await run('docker', ['run', '--rm', ...entry, `coalmine:${version}`, ...args]);
    return stdout;
  }
}
