/** The Engine API of Docker, over its socket or over TCP with TLS. */
import { ApplicationFailure } from '@temporalio/common';
import { Agent, request as send, type Dispatcher } from 'undici';
import { z } from 'zod';
import type { DockerTarget } from '../../../src/spec/docker.ts';
import { duration } from '../../../src/text/duration.ts';
import { mebibyte } from '../../answer-limits.ts';
import { refused, unavailable } from '../../failures.ts';
import { excerpt } from '../../http-answer.ts';
import type { Grants } from '../../ports.ts';
import { isOutOfTime } from '../../no-answer.ts';
import { tlsOptions } from '../../tls.ts';
import { placeOf, type EnginePlace } from './engine-place.ts';
import { faultOf, noAnswer } from './faults.ts';

/** Versions of the API that are spoken: what the engine offers, at most this and at least that. */
const newest = [1, 52] as const;
const oldest = [1, 41] as const;

/** For a whole answer (ms). */
const patience = 30_000;
/** Of an answer. What `docker inspect` says of a container is some 10 KiB. */
const most = 4 * mebibyte;

/** One request. */
export interface EngineRequest {
  /** What it is for: messages begin with it. */
  what: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the version. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Statuses beside 2xx that the caller understands. */
  takes?: readonly number[];
  /** For a whole answer (ms); by default 30 s. */
  timeout?: number;
}

/** What was answered. */
interface EngineAnswer {
  status: number;
  body: Buffer;
  /** The time by the engine's clock, to the second; ms since 1970. */
  now: number;
}

/** What the engine says of itself. */
interface About {
  /** The version of its API that is spoken. */
  api: string;
  os: string;
  architecture: string;
}

/**
 * Speaks to one engine. Each call rejects with the signal's reason when it is aborted, with a retryable
 * `TargetUnavailable` failure where there is no whole answer or another try may help, and with a non-retryable
 * `TargetRefused` at anything else. No message holds a secret of the worker.
 */
export interface Engine {
  readonly place: EnginePlace;
  about(signal: AbortSignal): Promise<About>;
  /** The whole answer. */
  ask(request: EngineRequest, signal: AbortSignal): Promise<EngineAnswer>;
  /** The JSON of an answer; null at a status of `takes`. */
  json<T>(
    request: EngineRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<{ value: T | null; now: number }>;
  /** An answer that comes as JSON texts, one a line, and may take long: each is given to `each`. */
  lines(request: EngineRequest, each: (line: unknown) => void, signal: AbortSignal): Promise<void>;
}

const version = z.object({
  ApiVersion: z.string(),
  MinAPIVersion: z.string().default('1.24'),
  Os: z.string(),
  Arch: z.string(),
});

export function createEngine(plan: DockerTarget, grants: Grants): Engine {
  const place = placeOf(plan);
  let agent: Agent | undefined;
  let known: Promise<About> | undefined;

  function connection(): Agent {
    if (place.socket !== null) grants.checkSocket(place.socket);
    else grants.checkUrl(place.url);
    const secured = { url: place.url, tls: plan.tls };
    return (agent ??= new Agent({
      connect:
        place.socket === null
          ? tlsOptions(secured, grants, (why) => refused(`docker: ${why}`))
          : { socketPath: place.socket },
      connections: 8,
      // Idle connections hold no process: a worker makes a client for each call.
      keepAliveTimeout: 1_000,
    }));
  }

  /** Sends; `read` takes the answer up. */
  async function exchange<T>(
    { what, method, path, query, body, headers, takes = [], timeout = patience }: EngineRequest,
    signal: AbortSignal,
    read: (answer: Dispatcher.ResponseData) => Promise<T>,
  ): Promise<T> {
    const say = (found: string): string => `${what}: the Docker engine at ${place.shown} ${found}`;
    const quote = (text: string): string => excerpt(grants.hiding.text(text));
    const dispatcher = connection();
    const late = AbortSignal.timeout(timeout);
    try {
      signal.throwIfAborted();
      const url = new URL(path, place.url);
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
      const answer = await send(url, {
        dispatcher,
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, late]),
      });
      const { statusCode } = answer;
      if ((statusCode >= 200 && statusCode < 300) || takes.includes(statusCode)) return await read(answer);
      const text = (await readUp(answer)).toString();
      throw faultOf(statusCode, messageOf(text), say, quote);
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      if (signal.aborted && !isOutOfTime(signal.reason)) throw signal.reason;
      if (late.aborted || signal.aborted)
        throw unavailable(
          say(`gave no whole answer within ${duration(timeout)}; see whether it is overloaded`),
        );
      throw noAnswer(error, place, say, quote);
    }
  }

  /** The version is asked for once for each client, without one in the path. */
  function about(signal: AbortSignal): Promise<About> {
    const asking = (known ??= exchange(
      { what: 'docker version', method: 'GET', path: '/version' },
      signal,
      async (answer) => negotiated(version.parse(JSON.parse((await readUp(answer)).toString())), place.shown),
    ));
    asking.catch(() => {
      known = undefined;
    });
    return asking;
  }

  async function versioned(request: EngineRequest, signal: AbortSignal): Promise<EngineRequest> {
    const { api } = await about(signal);
    return { ...request, path: `/v${api}${request.path}` };
  }

  const engine: Engine = {
    place,
    about,
    async ask(request, signal) {
      return exchange(await versioned(request, signal), signal, async (answer) => ({
        status: answer.statusCode,
        body: await readUp(answer),
        now: timeOf(answer),
      }));
    },
    async json(request, shape, signal) {
      const { status, body, now } = await engine.ask(request, signal);
      if (status >= 300) return { value: null, now };
      return { value: understood(body, shape, request.what, place.shown), now };
    },
    async lines(request, each, signal) {
      await exchange(await versioned(request, signal), signal, async ({ body }) => {
        let rest = '';
        for await (const chunk of body) {
          const pieces = (rest + String(chunk)).split('\n');
          rest = pieces.pop() ?? '';
          if (rest.length > most) throw new Error('a line of more than 4 MiB');
          for (const piece of pieces) if (piece.trim() !== '') each(JSON.parse(piece));
        }
        if (rest.trim() !== '') each(JSON.parse(rest));
      });
    },
  };
  return engine;
}

function understood<T>(body: Buffer, shape: z.ZodType<T>, what: string, shown: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw unavailable(`${what}: the Docker engine at ${shown} answered without JSON`);
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unavailable(
    `${what}: the Docker engine at ${shown} answered with JSON of another form: ${z.core.toDotPath(issue?.path ?? [])}: ${issue?.message ?? ''}`,
  );
}

function negotiated(found: z.output<typeof version>, shown: string): About {
  const offered = numbersOf(found.ApiVersion);
  const least = numbersOf(found.MinAPIVersion);
  const [major, minor] = isBefore(offered, newest) ? offered : newest;
  if (isBefore([major, minor], oldest) || isBefore([major, minor], least))
    throw refused(
      `docker version: the Docker engine at ${shown} speaks versions ${found.MinAPIVersion} to ${found.ApiVersion} of its API, ` +
        `expected one from ${oldest.join('.')} to ${newest.join('.')} (Docker 20.10 and newer); upgrade the engine`,
    );
  return { api: `${String(major)}.${String(minor)}`, os: found.Os, architecture: found.Arch };
}

type Numbers = readonly [major: number, minor: number];

function numbersOf(text: string): Numbers {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
}

function isBefore([major, minor]: Numbers, [otherMajor, otherMinor]: Numbers): boolean {
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}

async function readUp({ body }: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > most) throw new Error('an answer of more than 4 MiB');
  }
  return Buffer.concat(chunks);
}

function timeOf({ headers }: Dispatcher.ResponseData): number {
  const date = Date.parse(String(headers['date']));
  return Number.isNaN(date) ? Date.now() : date;
}

/** What the engine says of a fault: `{"message": …}`. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
