import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import axios from 'axios';
import type { Count } from './counters.ts';
import { userCookie } from './user.ts';

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
  return startAsking(frontUrl, rate, (sent) => ({
    path: isDue(sent, lost) ? gone : (pages[sent % pages.length] ?? '/'),
  }));
}

/** So many are on the site at a time. */
const visitors = 250;

/**
 * The same requests from users with a cookie, each of whom asks for every page of the site once and then makes room for
 * another: a fifth of `rate` are new users, evenly over time.
 *
 * @param lost the share of the users who ask for a page that is gone in place of one of the others
 */
export function startVisitors(frontUrl: string, rate: number, lost = 0): Traffic {
  let came = 0;
  const visitor = (): { cookie: string; isLost: boolean } => {
    came += 1;
    return { cookie: `${userCookie}=${randomUUID()}`, isLost: isDue(came, lost) };
  };
  const here = Array.from({ length: visitors }, visitor);
  return startAsking(frontUrl, rate, (sent) => {
    const seat = sent % visitors;
    // Neighbours come one page apart from each other, so that not all of them leave at once.
    const page = (Math.floor(sent / visitors) + seat) % pages.length;
    if (page === 0) here[seat] = visitor();
    const { cookie, isLost } = here[seat] ?? visitor();
    return { path: isLost && page === lastPage ? gone : (pages[page] ?? '/'), cookie };
  });
}

const lastPage = pages.length - 1;

/** Whether the next one belongs to a share of them, which is spread evenly. */
function isDue(count: number, share: number): boolean {
  return Math.floor((count + 1) * share) > Math.floor(count * share);
}

interface Asked {
  path: string;
  cookie?: string;
}

/**
 * Asks the front door `rate` times a second, however slow the answers are, until it is stopped.
 *
 * @param next what the request after so many others is
 */
export function startAsking(frontUrl: string, rate: number, next: (sent: number) => Asked): Traffic {
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

  async function ask({ path, cookie }: Asked): Promise<void> {
    try {
      const { status, headers } = await users.get<unknown>(path, {
        headers: cookie === undefined ? {} : { cookie },
      });
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
      const asked = ask(next(sent));
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
