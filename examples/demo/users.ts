import type { Traffic } from '../platform/traffic.ts';

type Seen = ReturnType<Traffic['seen']>;

/** What users saw while one split was in force. */
export interface Stretch {
  requests: number;
  errors: number;
  /** Of these requests, as a share of one. */
  canary: number;
}

/** From one count of what users saw to a later one, and the share of the version that is being released. */
export function between(from: Seen, to: Seen, version: string): Stretch {
  const requests = to.requests - from.requests;
  const canary = (to.byVersion[version]?.requests ?? 0) - (from.byVersion[version]?.requests ?? 0);
  return { requests, errors: to.errors - from.errors, canary: requests === 0 ? 0 : canary / requests };
}

/** Whether a weight (per cent) and the share that users saw agree: within five standard errors and two points. */
export function plausible(weight: number, { requests, canary }: Stretch): boolean {
  const wanted = weight / 100;
  const error = Math.sqrt((wanted * (1 - wanted)) / Math.max(1, requests));
  return requests > 0 && Math.abs(canary - wanted) <= 5 * error + 0.02;
}

/** How a version was met by users. */
export interface Exposure {
  requests: number;
  errors: number;
  /** Seconds from the first of its answers to the last. */
  seconds: number;
}

const lookEvery = 100;

/** Notes when users meet a version, from now until it is asked for the end. */
export function watchExposure(traffic: Traffic, version: string): () => Exposure {
  const before = traffic.seen().byVersion[version] ?? { requests: 0, errors: 0 };
  let known = before;
  let first = 0;
  let last = 0;
  const look = (): void => {
    const now = traffic.seen().byVersion[version] ?? before;
    if (now.requests === known.requests) return;
    last = performance.now();
    if (known === before) first = last;
    known = now;
  };
  const timer = setInterval(look, lookEvery);
  return () => {
    clearInterval(timer);
    look();
    return {
      requests: known.requests - before.requests,
      errors: known.errors - before.errors,
      seconds: (last - first) / 1000,
    };
  };
}
