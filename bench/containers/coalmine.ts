import { setTimeout as delay } from 'node:timers/promises';
import type { Rollouts } from '../../src/client.ts';
import type { Users } from './users.ts';

/** What is released to. */
interface Place {
  api: string;
  dynamic: string;
  /** `name=value` of stable's containers. */
  label: string;
  /** Answers that all is well: what a release is judged by is not measured here. */
  monitor: string;
}

/** How one abort went, in ms from when it was sent. */
export interface Abort {
  /** Traefik says that the canary gets nothing. */
  inForce: number;
  /** The last request was sent that the canary answered. */
  last: number;
  /** Requests to the canary that were sent after Traefik had said so. */
  after: number;
}

const service = 'bakery';

/** Releases the bakery by Coalmine. */
export class Coalmine {
  readonly aborts: Abort[] = [];
  readonly #rollouts: Rollouts;
  readonly #place: Place;
  readonly #users: Users;

  constructor(rollouts: Rollouts, place: Place, users: Users) {
    this.#rollouts = rollouts;
    this.#place = place;
    this.#users = users;
  }

  async promote(version: string, how: 'replace' | 'swap'): Promise<void> {
    await this.#start(version, how);
    await this.#ended('promoted');
  }

  /** Has half of the traffic given to a version, and takes it back. */
  async abort(version: string): Promise<void> {
    await this.#start(version, 'replace', '10m');
    while (!(await this.#splits())) await delay(50);
    await delay(1_000);
    const asked = Date.now();
    const answer = this.#rollouts.abort(service, { reason: 'measured' });
    while (await this.#splits()) await delay(5);
    const inForce = Date.now();
    await answer;
    await this.#ended('aborted');
    this.aborts.push({
      inForce: inForce - asked,
      last: Math.max(0, this.#users.lastTo(version) - asked),
      after: this.#users.sentAfter(version, inForce),
    });
  }

  async #start(version: string, promote: 'replace' | 'swap', bake = '2s'): Promise<void> {
    const { api, dynamic, label, monitor } = this.#place;
    const [key = '', value = ''] = label.split('=');
    await this.#rollouts.start({
      service,
      version,
      target: {
        type: 'docker',
        container: { labels: { [key]: value } },
        image: 'bakery:$version',
        port: 8080,
        address: 'name',
        drain: '2s',
      },
      traffic: { type: 'traefik', directory: dynamic, api },
      every: '1s',
      metrics: [{ name: 'monitor', kind: 'status', source: { type: 'http', url: monitor } }],
      ...(promote === 'swap'
        ? {
            promote,
            keepStable: '3s',
            steps: [{ audience: { header: { name: 'x-staff', value: '1' } }, bake }],
          }
        : { steps: [{ weight: 50, bake }] }),
    });
  }

  async #ended(outcome: string): Promise<void> {
    const result = await this.#rollouts.result(service);
    if (result.outcome !== outcome || !result.verified)
      throw new Error(
        `${result.version} ended ${result.outcome}, verified ${String(result.verified)}: ${result.cause}`,
      );
  }

  /** Whether Traefik has a router of ours. */
  async #splits(): Promise<boolean> {
    const routers = (await (await fetch(`${this.#place.api}/api/http/routers`)).json()) as { name: string }[];
    return routers.some(({ name }) => name.startsWith(`coalmine-${service}-`));
  }
}
