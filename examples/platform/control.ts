import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Calls } from './calls.ts';
import { effectSchema, questionSchema, trackNames, type Answer } from './contract.ts';
import type { Counters } from './counters.ts';
import { metricsPage } from './metrics.ts';
import type { Platform } from './platform.ts';

interface Parts {
  platform: Platform;
  counters: Counters;
  calls: Calls;
}

/** What one address answers. */
type Route = (request: IncomingMessage, query: URLSearchParams, parts: Parts) => Answer | Promise<Answer>;

const routes = new Map<string, Route>([
  ['POST /coalmine', effect],
  ['GET /coalmine', question],
  ['GET /stats', stats],
  ['GET /metrics', (_request, _query, { counters }) => ({ status: 200, body: metricsPage(counters) })],
  ['GET /monitor', monitor],
  ['GET /test', test],
  ['GET /copies', copies],
  ['GET /calls', (_request, _query, { calls }) => ({ status: 200, body: calls.all() })],
]);

/** The server that Coalmine calls, and that says what there is to see. */
export function controlServer(parts: Parts): Server {
  return createServer((request, response) => {
    void answer(request, parts)
      .catch((error: unknown): Answer => {
        console.error(error);
        return { status: 500, body: { error: String(error) } };
      })
      .then(({ status, body }) => {
        const isText = typeof body === 'string';
        response
          .writeHead(status, { 'content-type': isText ? 'text/plain; version=0.0.4' : 'application/json' })
          .end(isText ? body : JSON.stringify(body));
      });
  });
}

async function answer(request: IncomingMessage, parts: Parts): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://platform');
  const route = routes.get(`${request.method ?? ''} ${pathname}`);
  if (route === undefined) return { status: 404, body: { error: `one of ${[...routes.keys()].join(', ')}` } };
  return await route(request, searchParams, parts);
}

async function effect(request: IncomingMessage, _query: URLSearchParams, parts: Parts): Promise<Answer> {
  const body = fromJson(await text(request));
  const parsed = effectSchema.safeParse(body);
  return record(
    parts,
    'POST',
    body,
    parsed.success ? parts.platform.effect(parsed.data) : unfit(parsed.error),
  );
}

async function question(_request: IncomingMessage, query: URLSearchParams, parts: Parts): Promise<Answer> {
  const asked = Object.fromEntries(query);
  const parsed = questionSchema.safeParse(asked);
  return record(
    parts,
    'GET',
    asked,
    parsed.success ? await parts.platform.answer(parsed.data) : unfit(parsed.error),
  );
}

function record({ calls }: Parts, method: string, asked: unknown, answer: Answer): Answer {
  calls.record({ at: new Date().toISOString(), method, asked, status: answer.status, answer: answer.body });
  return answer;
}

function unfit(error: z.ZodError): Answer {
  return { status: 400, body: { error: z.prettifyError(error) } };
}

function fromJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Counters that only grow, for metrics of the kinds `rate` and `latency`; of one track or of all. */
function stats(_request: IncomingMessage, query: URLSearchParams, { counters }: Parts): Answer {
  const track = query.get('track');
  const counts = trackNames.map((name) => [name, counters.of(name)] as const);
  if (track === null) return { status: 200, body: Object.fromEntries(counts) };
  const [, body] = counts.find(([name]) => name === track) ?? [];
  return body === undefined
    ? { status: 400, body: { error: `track=${track} is none of ${trackNames.join(', ')}` } }
    : { status: 200, body };
}

function copies(_request: IncomingMessage, _query: URLSearchParams, { platform }: Parts): Answer {
  const body = trackNames.flatMap((name) =>
    platform
      .track(name)
      .copies.map(({ version, state, url, pid, open }) => ({ track: name, version, state, url, pid, open })),
  );
  return { status: 200, body };
}

/** The article's form: `ok` while the canary answers, and at most one in a hundred of its answers was wrong. */
async function monitor(_request: IncomingMessage, _query: URLSearchParams, parts: Parts): Promise<Answer> {
  const canary = parts.platform.track('canary');
  if (!(await canary.alive())) return { status: 200, body: { status: 'no canary answers' } };
  const { versions } = parts.counters.of('canary');
  const bad = canary.versions.some((version) => {
    const { requests, errors } = versions[version] ?? { requests: 0, errors: 0 };
    return errors > requests / 100;
  });
  return { status: 200, body: { status: bad ? 'wrong answers' : 'ok' } };
}

/** The article's form: 200 if each copy of the canary answers. */
async function test(
  _request: IncomingMessage,
  _query: URLSearchParams,
  { platform }: Parts,
): Promise<Answer> {
  const alive = await platform.track('canary').alive();
  return { status: alive ? 200 : 503, body: { alive } };
}
