import { Agent } from 'node:http';
import axios from 'axios';
import type { Count } from './counters.ts';

/** What users saw, counted on their side. A request without an answer is in no version and no track. */
interface Seen extends Count {
  byVersion: Record<string, Count>;
  byTrack: Record<string, Count>;
}

export interface Traffic {
  /** Since the start, or the last reset. */
  seen: () => Seen;
  reset: () => void;
  /** Sends nothing more, and ends when every request has its answer. */
  stop: () => Promise<void>;
}

/** Every one of them is there, in every version that is served rightly. */
const pages = ['/', '/menu', '/visit', '/style.css', '/hours.json'];

/** It was there last spring: a 404 in every version. */
const gone = '/easter';

/** Of the requests of a site that has been on the web for a while. */
export const oldLinks = 0.1;

/**
 * Asks the front door for the pages of the site in turn, `rate` times a second, however slow the answers are,
 * until it is stopped.
 *
 * @param lost the share of the requests that follow an old link to a page that is gone
 */
export function startTraffic(frontUrl: string, rate: number, lost = 0): Traffic {
  const users = axios.create({
    baseURL: frontUrl,
    // Idle connections are closed here before the server does: a request never meets a closing one.
    httpAgent: new Agent({ keepAlive: true, timeout: 2000 }),
    timeout: 10_000,
    validateStatus: () => true,
  });
  const open = new Set<Promise<void>>();
  const start = performance.now();
  let sent = 0;
  let seen = nothing();

  async function ask(path: string): Promise<void> {
    try {
      const { status, headers } = await users.get<unknown>(path);
      const error = status >= 400;
      count(seen, error);
      count((seen.byVersion[String(headers['x-version'])] ??= zero()), error);
      count((seen.byTrack[String(headers['x-track'])] ??= zero()), error);
    } catch {
      count(seen, true);
    }
  }

  const timer = setInterval(() => {
    const due = ((performance.now() - start) / 1000) * rate;
    for (; sent < due; sent += 1) {
      const isLost = Math.floor((sent + 1) * lost) > Math.floor(sent * lost);
      const asked = ask(isLost ? gone : (pages[sent % pages.length] ?? '/'));
      open.add(asked);
      void asked.finally(() => open.delete(asked));
    }
  }, 10);

  return {
    seen: () => structuredClone(seen),
    reset: () => {
      seen = nothing();
    },
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

function zero(): Count {
  return { requests: 0, errors: 0 };
}

function nothing(): Seen {
  return { ...zero(), byVersion: {}, byTrack: {} };
}

function count(into: Count, error: boolean): void {
  into.requests += 1;
  if (error) into.errors += 1;
}
