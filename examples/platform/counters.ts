import type { TrackName } from './contract.ts';

/** Counted since the platform's process began; never taken back. */
export interface Count {
  requests: number;
  /** Answers of 400 and above, and requests that got none: every page that is asked for is there. */
  errors: number;
}

export interface TrackCount extends Count {
  versions: Record<string, Count>;
}

/** What the front door saw of live traffic, by track and by version. */
export class Counters {
  readonly #tracks: Record<TrackName, TrackCount> = {
    stable: { requests: 0, errors: 0, versions: {} },
    canary: { requests: 0, errors: 0, versions: {} },
  };

  add(track: TrackName, version: string | null, error: boolean): void {
    const count = this.#tracks[track];
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
