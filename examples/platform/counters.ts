import type { TrackName } from './contract.ts';
import { countLatency, noLatency, type Latency } from './latency.ts';

/** Counted since the platform's process began; never taken back. */
export interface Count {
  requests: number;
  /** Answers of 400 and above, and requests that got none: every page that is asked for is there. */
  errors: number;
}

export interface TrackCount extends Count {
  /** Of all its requests, errors too. */
  latency: Latency;
  versions: Record<string, Count>;
}

/** What the front door saw of live traffic, by track and by version. */
export class Counters {
  readonly #tracks: Record<TrackName, TrackCount> = {
    stable: { requests: 0, errors: 0, latency: noLatency(), versions: {} },
    canary: { requests: 0, errors: 0, latency: noLatency(), versions: {} },
  };

  /** @param seconds from the request to the end of its answer */
  add(track: TrackName, version: string | null, error: boolean, seconds: number): void {
    const count = this.#tracks[track];
    countLatency(count.latency, seconds);
    for (const each of version === null
      ? [count]
      : [count, (count.versions[version] ??= { requests: 0, errors: 0 })]) {
      each.requests += 1;
      if (error) each.errors += 1;
    }
  }

  of(track: TrackName): TrackCount {
    return structuredClone(this.#tracks[track]);
  }
}
