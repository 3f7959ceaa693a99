import { setTimeout as sleep } from 'node:timers/promises';
import { createGrants } from '../../activities/grants.ts';
import { metrics } from '../../activities/metrics/registry.ts';
import type { MetricOf, Metrics } from '../../activities/ports.ts';
import { readConfig } from '../../src/config.ts';
import type { Track } from '../../src/domain/rollout.ts';
import { unmeasured, type Reading, type Window } from '../../src/judge/samples.ts';
import { completeSpec } from '../../src/spec/parse.ts';
import type { RolloutSpec } from '../../src/spec/schema.ts';
import { connected } from '../support/grants.ts';

/** Of any kind, without its name. */
type Unnamed<Metric = NonNullable<RolloutSpec['metrics']>[number]> = Metric extends unknown
  ? Omit<Metric, 'name'>
  : never;

export const release = { service: 'shop', version: '2', stable: '1' };

/**
 * The source of a metric as a spec has it.
 *
 * @param secrets that the worker has, and specs may use
 */
export function sourceOf(metric: Unnamed, secrets: Record<string, string> = {}): Metrics {
  const plan = completeSpec({
    service: 'shop',
    version: '2',
    target: { type: 'http', url: 'http://127.0.0.1:1' },
    metrics: [{ name: 'watched', ...metric }],
    steps: [{ weight: 5, bake: '1m' }],
  });
  const [first] = plan.metrics;
  const grants = createGrants(
    readConfig({
      COALMINE_ALLOW_HOSTS: 'loopback',
      COALMINE_ALLOW_SECRETS: Object.keys(secrets).join(','),
      ...secrets,
    }),
  );
  return connected(metrics.prometheus, first as MetricOf<'prometheus'>, grants);
}

/** Looks again and again: each window begins where the last one ended. */
export class Watch {
  readonly #source: Metrics;
  readonly #tracks: Track[];
  #until: number;
  #cursor: unknown = null;
  /** What was said of the last reading. */
  note: string | undefined;

  constructor(source: Metrics, tracks: Track[] = ['canary', 'stable']) {
    this.#source = source;
    this.#tracks = tracks;
    this.#until = Date.now();
  }

  /** The readings of the window that ends now, and has this length at least (ms). */
  async look(length = 600): Promise<{ canary: Reading; stable?: Reading }> {
    await sleep(this.#until + length - Date.now());
    return this.lookAt({ from: this.#until, to: Date.now() });
  }

  async lookAt(window: Window): Promise<{ canary: Reading; stable?: Reading }> {
    this.#until = window.to;
    const look = {
      release,
      tracks: this.#tracks,
      window,
      cursor: this.#cursor,
      report: null,
    };
    const {
      cursor,
      note,
      canary = unmeasured,
      ...readings
    } = await this.#source.collect(look, { signal: AbortSignal.timeout(60_000) });
    this.note = note;
    this.#cursor = JSON.parse(JSON.stringify(cursor)) as unknown;
    return { canary, ...readings };
  }
}
