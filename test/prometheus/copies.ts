import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Target } from './server.ts';

/** Ends of a histogram's buckets, in seconds. */
const bounds = [0.1, 0.25, 1];

/** One copy of a service, which counts the requests that a test says it had, and is scraped. */
export class Copy {
  readonly #server: Server;
  readonly #labels: Record<string, string>;
  readonly #counts = new Map<string, number>();
  readonly #buckets = new Map<string, number>();
  #started = Date.now();
  #scraped: (() => void)[] = [];
  /** How many requests it has answered. */
  served = 0;
  /** Answers scrapes with 503. */
  isDown = false;
  /** What is made of the text that is scraped. */
  page = (text: string): string => text;

  private constructor(labels: Record<string, string>, server: Server) {
    this.#labels = labels;
    this.#server = server;
  }

  /** @param more labels of the target, beside its track */
  static async start(track: string, more: Record<string, string> = {}): Promise<Copy> {
    const server = createServer((_request, response) => {
      if (copy.isDown) {
        response.writeHead(503).end();
        return;
      }
      response.end(copy.page(copy.#text()), () => {
        for (const done of copy.#scraped.splice(0)) done();
      });
    });
    const copy: Copy = new Copy({ track, ...more }, server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return copy;
  }

  get target(): Target {
    const { port } = this.#server.address() as AddressInfo;
    return { address: `127.0.0.1:${String(port)}`, labels: this.#labels };
  }

  /** So many requests came, and were answered with this code in this time (seconds). */
  serve(requests: number, code: string, took = 0.05): void {
    this.served += requests;
    add(this.#counts, code, requests);
    for (const le of [...bounds.filter((bound) => took <= bound).map(String), '+Inf']) {
      add(this.#buckets, le, requests);
    }
  }

  /** The process ends and another one takes its place. */
  restart(): void {
    this.#counts.clear();
    this.#buckets.clear();
    this.#started = Date.now();
  }

  /** Once it has been scraped from now on. */
  scraped(): Promise<void> {
    return new Promise((done) => this.#scraped.push(done));
  }

  end(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #text(): string {
    return [
      '# TYPE http_requests_total counter',
      ...[...this.#counts].map(([code, count]) => `http_requests_total{code="${code}"} ${String(count)}`),
      '# TYPE http_request_duration_seconds histogram',
      ...[...this.#buckets].map(([le, n]) => `http_request_duration_seconds_bucket{le="${le}"} ${String(n)}`),
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${String(this.#started / 1000)}`,
      '',
    ].join('\n');
  }
}

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
