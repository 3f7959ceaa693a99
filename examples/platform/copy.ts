import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { commandOf } from './versions.ts';

const startTime = 15_000;
const drainTime = 30_000;
const killTime = 5_000;

/** Serving copies get traffic; draining ones finish what they have. */
export type CopyState = 'starting' | 'serving' | 'draining' | 'gone';

/** What a copy tells its track. */
export interface CopyEvents {
  /** Its state is another. */
  changed: () => void;
  /** It did not start, or ended by itself; why, in one sentence. */
  failed: (why: string) => void;
}

/** Where copies run and listen, and where what they print goes. */
export interface Workplace {
  directory: string;
  /** An address of this machine, or a name that stands for one. */
  host: string;
  /** An open file. */
  log: number;
}

const lifeline = new URL('lifeline.js', import.meta.url).href;

/** One process that serves a version. It starts at once, and ends with `retire` or by itself. */
export class Copy {
  readonly version: string;
  state: CopyState = 'starting';
  url = '';
  /** Its open requests. */
  open = 0;
  #child: ChildProcess | null = null;
  readonly #events: CopyEvents;

  constructor(version: string, place: Workplace, events: CopyEvents) {
    this.version = version;
    this.#events = events;
    void this.#start(place);
  }

  /** Of its process; undefined before there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It answers, whatever it says, within five seconds. */
  async answers(): Promise<boolean> {
    try {
      const response = await fetch(this.url, { signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      return response.status < 500;
    } catch {
      return false;
    }
  }

  /** A request goes to it; the function given back says that the request is over. */
  take(): () => void {
    this.open += 1;
    return () => {
      this.open -= 1;
      if (this.state === 'draining' && this.open === 0) this.stop();
    };
  }

  /** No more traffic; the process ends once its open requests are over, or after 30 seconds. */
  retire(): void {
    if (this.state === 'draining' || this.state === 'gone') return;
    this.state = 'draining';
    if (this.open === 0) this.stop();
    else setTimeout(() => this.stop(), drainTime).unref();
  }

  /** Ends the process, whatever it has open. */
  stop(): void {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), killTime).unref();
  }

  async #start(place: Workplace): Promise<void> {
    const port = await freePort(place.host);
    if (!this.#is('starting')) {
      this.#end();
      return;
    }
    this.url = `http://${place.host}:${port}`;
    this.#child = this.#spawn(port, place);
    const deadline = Date.now() + startTime;
    while (this.#is('starting') && !(await this.answers())) {
      if (Date.now() > deadline) this.#fail(`does not answer after ${startTime / 1000}s`);
      await delay(50);
    }
    if (!this.#is('starting')) return;
    this.state = 'serving';
    this.#events.changed();
  }

  /** Asked anew after each wait. */
  #is(state: CopyState): boolean {
    return this.state === state;
  }

  #spawn(port: number, { directory, host, log }: Workplace): ChildProcess {
    const [program, ...args] = commandOf(this.version)(host, port);
    return spawn(program, args, {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: `--import=${lifeline}` },
      stdio: ['pipe', log, log],
    })
      .once('error', (error) => this.#fail(`cannot be run: ${error.message}`))
      .once('exit', (code, signal) => {
        if (this.state === 'draining') this.#end();
        else this.#fail(`ended with ${signal ?? `exit code ${String(code)}`}`);
      });
  }

  #fail(why: string): void {
    if (this.state === 'gone') return;
    this.#child?.kill('SIGKILL');
    this.#events.failed(`a copy of ${this.version} ${why}`);
    this.#end();
  }

  #end(): void {
    this.state = 'gone';
    this.#events.changed();
  }
}
