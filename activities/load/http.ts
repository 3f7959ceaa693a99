import { atHostOf, outgoing } from '../outgoing.ts';
import type { Adapter, Grants, Load, LoadOf, Use } from '../ports.ts';
import { headerUses, placeUses, placesOf } from '../uses.ts';
import type { Shot } from './http/connection.ts';
import { sendInThread } from './http/sender.ts';
import { Tally } from './http/tally.ts';

/** Seconds after which a request is given up. */
const timeout = 10;

/**
 * Load over connections of undici, in a thread of its own. Redirects are not followed. Requests under way at the window's
 * end are waited for and counted, so a run may last until 11 s after it; those under way at the signal are not.
 */
export const httpLoad: Adapter<LoadOf<'http'>, Load> = { uses, connect };

function uses(plan: LoadOf<'http'>): Use[] {
  const places = placesOf(plan);
  const { headers, requests = [] } = plan;
  return [
    ...placeUses(plan),
    ...headerUses(headers, places),
    ...requests.flatMap((request, at) => headerUses(request.headers, places, `requests[${String(at)}]`)),
  ];
}

function connect(plan: LoadOf<'http'>, grants: Grants): Load {
  return {
    async generate({ url, window, movable = false, soFar }, progress, { signal }) {
      signal.throwIfAborted();
      const { rate } = plan;
      const kinds = kindsOf(plan, url, grants);
      const given = Date.now();
      if (given >= window.to) return new Tally(soFar, rate, timeout * 1000).report(window);
      const order = { kinds, rate, timeout: timeout * 1000, window, movable, soFar, given };
      return await sendInThread(order, progress, signal);
    },
  };
}

/** What is sent, in which shares. */
function kindsOf(plan: LoadOf<'http'>, url: string, grants: Grants): { shot: Shot; share: number }[] {
  const { method, body, headers, requests = [{ path: '', share: 1, headers: {} }] } = plan;
  return requests.map((request) => {
    const sent = outgoing(
      'load',
      {
        url: request.path === '' ? url : atHostOf(url, request.path),
        headers: { ...headers, ...request.headers },
      },
      grants,
    );
    return {
      share: request.share,
      shot: {
        url: sent.url.href,
        method: request.method ?? method,
        body: request.body ?? body,
        headers: sent.headers,
        timeout,
      },
    };
  });
}
