import type { TrackName } from './contract.ts';
import { DailyUsers } from './daily-users.ts';
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
  /** Those that took longer than 100 ms. */
  slow: number;
  /** Answers by their status; 502 for what got none. */
  codes: Record<string, number>;
  versions: Record<string, Count>;
  /** Each user once a day, and once more with an error: what `countBy: user` reads. 0 where requests are split. */
  users: number;
  user_errors: number;
}

/** What the front door saw of live traffic, by track and by version. */
export class Counters {
  readonly #tracks: Record<TrackName, TrackCount> = {
    stable: nothing(),
    canary: nothing(),
    baseline: nothing(),
  };

  readonly #daily = new DailyUsers();

  /**
   * @param seconds from the request to the end of its answer
   * @param user who asked; null where nobody can tell
   */
  add(track: TrackName, version: string | null, code: number, seconds: number, user: string | null): void {
    const count = this.#tracks[track];
    if (user !== null) {
      const { users, errors } = this.#daily.add(user, code >= 400);
      count.users += users;
      count.user_errors += errors;
    }
    count.codes[code] = (count.codes[code] ?? 0) + 1;
    countLatency(count.latency, seconds);
    if (seconds > slowFrom) count.slow += 1;
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

/** Seconds. */
const slowFrom = 0.1;

function nothing(): TrackCount {
  return {
    requests: 0,
    errors: 0,
    latency: noLatency(),
    slow: 0,
    codes: {},
    versions: {},
    users: 0,
    user_errors: 0,
  };
}
