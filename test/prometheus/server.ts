import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../examples/platform/free-port.ts';

/** What is scraped: an address, and the labels that tell what it is. */
export interface Target {
  address: string;
  labels: Record<string, string>;
}

/** Where the Prometheus of these tests is; null if there is none. */
const prometheusPath = findPrometheus();

function findPrometheus(): string | null {
  const path = process.env['PROMETHEUS_PATH'] ?? 'prometheus';
  return spawnSync(path, ['--version']).status === 0 ? path : null;
}

/** Why a test is skipped; under CI it is not. */
export const skipped = prometheusPath === null && process.env['CI'] !== 'true';
if (skipped) {
  console.warn(
    'Skipped: no prometheus on PATH. `apt-get install prometheus`, or PROMETHEUS_PATH=/path/to/prometheus',
  );
}

/** A real Prometheus on a port of its own, that scrapes what it is told. */
export class PrometheusServer {
  readonly #directory: string;
  readonly #port: number;
  #process: ChildProcess | null = null;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
  }

  /**
   * @param interval between scrapes, such as `200ms`
   * @param past what it remembers from the beginning, in the OpenMetrics text format
   */
  static async start(interval: string, targets: Target[] = [], past?: string): Promise<PrometheusServer> {
    const directory = await mkdtemp(join(tmpdir(), 'coalmine-prometheus-'));
    const server = new PrometheusServer(directory, await freePort('127.0.0.1'));
    const config = {
      global: { scrape_interval: interval, scrape_timeout: interval },
      scrape_configs: [{ job_name: 'shop', file_sd_configs: [{ files: [join(directory, 'targets.json')] }] }],
    };
    await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
    await server.scrape(targets);
    if (past !== undefined) await server.#remember(past);
    await server.run();
    return server;
  }

  async #remember(past: string): Promise<void> {
    const file = join(this.#directory, 'past.om');
    await writeFile(file, past);
    const args = [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      '--quiet',
      file,
      join(this.#directory, 'data'),
    ];
    const { status, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`promtool: ${stderr}`);
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** From now on it scrapes these, and no others. */
  async scrape(targets: Target[]): Promise<void> {
    const groups = targets.map(({ address, labels }) => ({ targets: [address], labels }));
    const path = join(this.#directory, 'targets.json');
    await writeFile(`${path}.new`, JSON.stringify(groups));
    await rename(`${path}.new`, path);
  }

  /** Starts it, with what it has stored. */
  async run(): Promise<void> {
    const started = spawn(
      prometheusPath ?? 'prometheus',
      [
        `--config.file=${join(this.#directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(this.#directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${String(this.#port)}`,
        '--log.level=warn',
      ],
      { stdio: 'ignore' },
    );
    this.#process = started;
    for (let tries = 0; tries < 600; tries += 1) {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => null);
      if (answer?.ok === true) return;
      await sleep(50);
    }
    throw new Error('Prometheus did not get ready within 30 s');
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    this.#process = null;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await exited;
  }

  /** What it has stored is gone. */
  async forget(): Promise<void> {
    await rm(join(this.#directory, 'data'), { recursive: true, force: true });
  }

  async end(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** The value of an expression at a time; null where it has none. */
  async value(query: string, at: number): Promise<number | null> {
    const address = new URL('/api/v1/query', this.url);
    address.searchParams.set('query', query);
    address.searchParams.set('time', String(at / 1000));
    const { data } = (await (await fetch(address)).json()) as {
      data: { result: { value: [number, string] }[] };
    };
    const [only] = data.result;
    return only === undefined ? null : Number(only.value[1]);
  }
}
