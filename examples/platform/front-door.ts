import { Agent, createServer, ServerResponse, type Server } from 'node:http';
import { createProxyServer } from 'httpxy';
import type { Split, TrackName } from './contract.ts';
import type { Copy } from './copy.ts';
import type { Counters } from './counters.ts';
import { route } from './route.ts';
import { placeOf, userOf } from './user.ts';

/** What the front door has to know of the platform, asked for each request. */
export interface Backend {
  split: () => Split;
  /** What is assigned to a track: each request, or each user, who stays on it. */
  splitBy: 'request' | 'user';
  /** The copy of a track whose turn it is; undefined if none serves. */
  next: (track: TrackName) => Copy | undefined;
}

/**
 * The proxy that live traffic goes through. Each answer says in `x-track` and `x-version` who gave it. A track
 * without a copy gets nothing: stable answers in its place.
 */
export function frontDoor({ split, splitBy, next }: Backend, counters: Counters): Server {
  // Idle connections are closed here before a copy does: a request never meets a closing one.
  const proxy = createProxyServer({ agent: new Agent({ keepAlive: true, timeout: 2000 }) });
  proxy.on('error', (_error, _request, response) => {
    if (response instanceof ServerResponse && !response.headersSent) {
      response
        .writeHead(502, { 'content-type': 'text/plain' })
        .end('The copy that was asked did not answer.\n');
    }
  });

  return createServer((request, response) => {
    const came = performance.now();
    const user = splitBy === 'user' ? userOf(request, response) : null;
    const wanted = route(request, split(), user === null ? Math.random() : placeOf(user));
    const chosen = next(wanted);
    const track = chosen === undefined ? 'stable' : wanted;
    const copy = chosen ?? next('stable');
    const release = copy?.take();
    response.setHeader('x-track', track);
    if (copy !== undefined) response.setHeader('x-version', copy.version);
    response.once('close', () => {
      release?.();
      // Neither finished nor broken: the client has gone away, which is nobody's error.
      const broken = response.errored !== null;
      if (response.writableFinished || broken) {
        const seconds = (performance.now() - came) / 1000;
        counters.add(track, copy?.version ?? null, broken ? 502 : response.statusCode, seconds, user);
      }
    });
    if (copy === undefined) {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('No copy is running.\n');
    } else {
      void proxy.web(request, response, { target: copy.url }).catch(() => undefined);
    }
  });
}
