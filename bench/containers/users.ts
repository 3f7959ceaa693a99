import { Agent, request, type ClientRequest } from 'node:http';

/** What a kind of users saw since the last count. */
export interface Count {
  requests: number;
  /** No whole answer, or one of 500 and above. */
  failed: number;
}

/** A request that was answered, with when it was sent (ms since 1970) and which version answered. */
interface Answered {
  sent: number;
  version: string;
}

/** Each asks at the same rate: on a connection that is kept or a new one, for a page or for what takes 300 ms. */
const kinds = {
  'kept, fast': { path: '/menu', kept: true },
  'new, fast': { path: '/menu', kept: false },
  'kept, slow': { path: '/order', kept: true },
  'new, slow': { path: '/order', kept: false },
} as const;

export type Kind = keyof typeof kinds;

/** Nobody waits longer for an answer (ms). */
const patience = 10_000;

/** Live traffic: asks at a steady rate, however slow the answers are, and repeats nothing. */
export class Users {
  readonly #front: string;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #open = new Set<ClientRequest>();
  readonly #agents = { kept: new Agent({ keepAlive: true, timeout: 2000 }), new: new Agent() };
  #counts = new Map<Kind, Count>();
  #answered: Answered[] = [];
  /** Of those that failed, the first few: when, what and why. */
  #faults: string[] = [];

  /** @param rate requests a second, over all kinds */
  constructor(front: string, rate: number) {
    this.#front = front;
    const names = Object.keys(kinds) as Kind[];
    const began = performance.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const due = ((performance.now() - began) / 1000) * rate;
      for (; sent < due; sent += 1) this.#ask(names[sent % names.length] ?? 'kept, fast');
    }, 5);
  }

  /** What was seen since the last time, of each kind. */
  take(): { counts: Map<Kind, Count>; faults: string[] } {
    const seen = { counts: this.#counts, faults: this.#faults };
    this.#counts = new Map();
    this.#answered = [];
    this.#faults = [];
    return seen;
  }

  /** When the last request was sent that this version has answered (ms since 1970); 0 where none was. */
  lastTo(version: string): number {
    return this.#answered.reduce(
      (last, one) => (one.version === version ? Math.max(last, one.sent) : last),
      0,
    );
  }

  /** How many were sent after this time (ms since 1970) that this version has answered. */
  sentAfter(version: string, time: number): number {
    return this.#answered.filter((one) => one.version === version && one.sent > time).length;
  }

  end(): void {
    clearInterval(this.#timer);
    for (const one of this.#open) one.destroy();
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #ask(kind: Kind): void {
    const { path, kept } = kinds[kind];
    const sent = Date.now();
    let settled = false;
    const settle = (fault: string | null): void => {
      if (settled) return;
      settled = true;
      this.#open.delete(asked);
      const count = this.#counts.get(kind) ?? { requests: 0, failed: 0 };
      this.#counts.set(kind, count);
      count.requests += 1;
      if (fault === null) return;
      count.failed += 1;
      if (this.#faults.length < 5) this.#faults.push(`${new Date(sent).toISOString()} ${kind}: ${fault}`);
    };
    const asked = request(
      `${this.#front}${path}`,
      { agent: kept ? this.#agents.kept : this.#agents.new, timeout: patience },
      (response) => {
        const { statusCode = 0, headers } = response;
        response.resume();
        response.once('error', (error) => settle(error.message));
        response.once('end', () => {
          this.#answered.push({ sent, version: String(headers['x-version']) });
          settle(statusCode < 500 ? null : `status ${String(statusCode)}`);
        });
      },
    );
    this.#open.add(asked);
    asked.once('error', (error) => settle(error.message));
    asked.once('timeout', () => asked.destroy(new Error(`no answer within ${String(patience)} ms`)));
    asked.end();
  }
}
