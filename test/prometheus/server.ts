import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
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

/** Members of its configuration: of the one scrape job, and of the whole; and a second job that scrapes the same. */
export interface Changes {
  scraping?: object;
  whole?: object;
  again?: string;
}

/** How one is set up that is not as all others. */
interface Setup {
  /** From the beginning. */
  changes?: Changes;
  /** What it remembers from the beginning, in the OpenMetrics text format. */
  past?: string;
  /** Its web configuration: TLS, and who may ask. */
  web?: object;
  /** How the test itself asks it then. */
  ask?: RequestOptions;
}

/** A real Prometheus on a port of its own, that scrapes what it is told. */
export class PrometheusServer {
  readonly #directory: string;
  readonly #port: number;
  readonly #interval: string;
  readonly #setup: Setup;
  #process: ChildProcess | null = null;

  private constructor(directory: string, port: number, interval: string, setup: Setup) {
    this.#directory = directory;
    this.#port = port;
    this.#interval = interval;
    this.#setup = setup;
  }

  /** @param interval between scrapes, such as `200ms` */
  static async start(interval: string, targets: Target[] = [], setup: Setup = {}): Promise<PrometheusServer> {
    const directory = await mkdtemp(join(tmpdir(), 'coalmine-prometheus-'));
    const server = new PrometheusServer(directory, await freePort('127.0.0.1'), interval, setup);
    if (setup.web !== undefined) await writeFile(server.#file('web.yml'), JSON.stringify(setup.web));
    await server.#configure(setup.changes ?? {});
    await server.scrape(targets);
    if (setup.past !== undefined) await server.#remember(setup.past);
    await server.run();
    return server;
  }

  /** Its configuration, but for what is said here of all that it scrapes, or of the whole. */
  async #configure({ scraping = {}, whole = {}, again }: Changes): Promise<void> {
    const files = [this.#file('targets.json')];
    const config = {
      global: { scrape_interval: this.#interval, scrape_timeout: this.#interval },
      scrape_configs: ['shop', ...(again === undefined ? [] : [again])].map((job_name) => ({
        job_name,
        file_sd_configs: [{ files }],
        ...scraping,
      })),
      ...whole,
    };
    await writeFile(this.#file('prometheus.yml'), JSON.stringify(config));
  }

  /** While it runs, it reads a changed configuration: SIGHUP, as an operator does it. */
  async reconfigure(changes: Changes = {}): Promise<void> {
    await this.#configure(changes);
    this.signal('SIGHUP');
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }

  async #remember(past: string): Promise<void> {
    const file = this.#file('past.om');
    await writeFile(file, past);
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, this.#file('data')];
    const { status, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`promtool: ${stderr}`);
  }

  get url(): string {
    const scheme = this.#setup.web === undefined ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${String(this.#port)}`;
  }

  /** From now on it scrapes these, and no others. */
  async scrape(targets: Target[]): Promise<void> {
    const groups = targets.map(({ address, labels }) => ({ targets: [address], labels }));
    const path = this.#file('targets.json');
    await writeFile(`${path}.new`, JSON.stringify(groups));
    await rename(`${path}.new`, path);
  }

  /**
   * Starts it, with what it has stored.
   *
   * @param flags that it has besides
   */
  async run(...flags: string[]): Promise<void> {
    const started = spawn(
      prometheusPath ?? 'prometheus',
      [
        `--config.file=${this.#file('prometheus.yml')}`,
        `--storage.tsdb.path=${this.#file('data')}`,
        `--web.listen-address=127.0.0.1:${String(this.#port)}`,
        '--log.level=warn',
        ...(this.#setup.web === undefined ? [] : [`--web.config.file=${this.#file('web.yml')}`]),
        ...flags,
      ],
      { stdio: 'ignore' },
    );
    this.#process = started;
    for (let tries = 0; tries < 600; tries += 1) {
      if (await this.#isReady()) return;
      await sleep(50);
    }
    throw new Error('Prometheus did not get ready within 30 s');
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await this.#get('/-/ready');
      response.resume();
      return response.statusCode === 200;
    } catch {
      return false;
    }
  }

  #get(path: string): Promise<IncomingMessage> {
    const { web, ask = {} } = this.#setup;
    return new Promise((resolve, reject) => {
      (web === undefined ? plain : secure)(`${this.url}${path}`, ask, resolve).once('error', reject).end();
    });
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
    await rm(this.#file('data'), { recursive: true, force: true });
  }

  async end(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** How many queries it has answered since it was started. */
  async answered(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const queries = text.matchAll(
      /^prometheus_http_requests_total\{code="200",handler="\/api\/v1\/query"\} (.+)$/gm,
    );
    return [...queries].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** The value of an expression at a time; null where it has none. */
  async value(query: string, at: number): Promise<number | null> {
    const asked = new URLSearchParams({ query, time: String(at / 1000) });
    const { data } = (await json(await this.#get(`/api/v1/query?${asked.toString()}`))) as {
      data: { result: { value: [number, string] }[] };
    };
    const [only] = data.result;
    return only === undefined ? null : Number(only.value[1]);
  }
}
