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
  /** Answers by their status; 502 for what got none. */
  codes: Record<string, number>;
  versions: Record<string, Count>;
}

/** What the front door saw of live traffic, by track and by version. */
export class Counters {
  readonly #tracks: Record<TrackName, TrackCount> = {
    stable: nothing(),
    canary: nothing(),
    baseline: nothing(),
  };

  /** @param seconds from the request to the end of its answer */
  add(track: TrackName, version: string | null, code: number, seconds: number): void {
    const count = this.#tracks[track];
    count.codes[code] = (count.codes[code] ?? 0) + 1;
    countLatency(count.latency, seconds);
    for (const each of version === null
      ? [count]
      : [count, (count.versions[version] ??= { requests: 0, errors: 0 })]) {
      each.requests += 1;
      if (code >= 400) each.errors += 1;
    }
  }

  of(track: TrackName): TrackCount {
    return structuredClone(this.#tracks[track]);
  }
}

function nothing(): TrackCount {
  return { requests: 0, errors: 0, latency: noLatency(), codes: {}, versions: {} };
}
