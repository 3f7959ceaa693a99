/**
 * How adapters speak HTTP: whole answers in bounded time and size, no redirects, and every fault classed as
 * docs/http-contract.md says. Requests go straight to the host that the spec names and the operator allows,
 * never through a proxy that the environment names: a proxy would see the secrets in the headers.
 */
import type { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import axios, { type AxiosRequestConfig } from 'axios';
import { z } from 'zod';
import { mebibyte } from './answer-limits.ts';
import { turnedAway, unavailable } from './failures.ts';
import {
  excerpt,
  failureOf,
  jsonOf,
  longestExcerpt,
  place,
  refuseFault,
  understand,
  type Answer,
  type Words,
} from './http-answer.ts';
import type { AuthPlan, HeaderPlan } from './header.ts';
import { isOutOfTime, mayHaveArrived, whyNoAnswer } from './no-answer.ts';
import { outgoing } from './outgoing.ts';
import type { Grants } from './ports.ts';
import { turn } from './turns.ts';
import { duration } from '../src/text/duration.ts';

/** What is asked of whom. */
interface HttpRequest {
  /** What the request is for, in a few words: messages begin with it. */
  what: string;
  /** A secret one is never shown. */
  url: string | { secret: string };
  headers: HeaderPlan;
  auth?: AuthPlan | undefined;
}

/** How a client is made. */
interface HttpSettings {
  /** Milliseconds for a whole request: connecting, sending, and the answer to its last byte. */
  timeout?: number;
  /** The most that is read of an answer, in bytes. */
  most?: number;
  /** Statuses that another try may mend, besides 429 and 5xx: a server that is just starting may answer 404. */
  passing?: readonly number[];
  /** Made at the first request, since it may need secrets. */
  agent?: (() => Agent) | undefined;
}

/**
 * A client for one adapter. Both calls reject with the signal's reason, at once, when it is aborted; with a
 * retryable `TargetUnavailable` failure if no whole answer came in time (the client's, or the signal's, if its
 * reason is a `TimeoutError`), or a 429 or a 5xx; with `Overtaken`
 * at a 409; with `NotAllowed` if the worker does not allow the host or a secret; and with a non-retryable
 * `TargetRefused` at anything else. No message holds a secret, not even one that
 * the answer echoes, nor the query of the spec's URL.
 */
export interface Http {
  /** Sends `body` as JSON. Any 2xx will do; what the answer's body says is not looked at. */
  post(request: HttpRequest & { body: unknown }, signal: AbortSignal): Promise<void>;
  /**
   * Asks, with `query` added to the URL's own. A 2xx without the JSON that `answer` describes is retryable
   * too: a target that is just starting, or a proxy before it, says such things for a while.
   */
  get<T>(request: Question & { answer: z.ZodType<T> }, signal: AbortSignal): Promise<T>;
  /** Asks as `get` does. A 5xx with JSON is an answer too, with the failure that `get` would have thrown. */
  ask(request: Question, signal: AbortSignal): Promise<Asked>;
}

/** What was answered. */
interface Asked {
  document: unknown;
  /** Null at a 2xx. */
  fault: Fault | null;
}

/** What an answer that is not 2xx stands for. */
export interface Fault {
  status: number;
  failure: Error;
}

/** A request whose answer is asked for; `query` is added to the URL's own. */
type Question = HttpRequest & { query?: Record<string, string> };

export function createHttp(grants: Grants, settings: HttpSettings = {}): Http {
  const { timeout = 30_000, most = mebibyte, agent, passing = [] } = settings;
  let made: Agent | undefined;
  const limits = (): Limits => ({ timeout, most, agent: (made ??= agent?.()) });
  async function fetchAnswer({ query = {}, ...request }: Question, signal: AbortSignal) {
    const { url, headers, words } = prepare('GET', request, grants);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return { answer: await send({ method: 'GET', url: url.href, headers }, limits(), words, signal), words };
  }
  return {
    async post({ body, ...request }, signal) {
      const { url, headers, words } = prepare('POST', request, grants);
      const config = {
        method: 'POST',
        url: url.href,
        headers: { 'content-type': 'application/json', ...headers },
        data: JSON.stringify(body),
      };
      refuseFault(await send(config, limits(), words, signal), words, passing);
    },
    async get({ answer: expected, ...question }, signal) {
      const { answer, words } = await fetchAnswer(question, signal);
      refuseFault(answer, words, passing);
      await turnFor(answer);
      return understand(answer, expected, words);
    },
    async ask(question, signal) {
      const { answer, words } = await fetchAnswer(question, signal);
      const { status } = answer;
      const failure = failureOf(answer, words, passing);
      await turnFor(answer);
      if (failure === null) return { document: understand(answer, z.unknown(), words), fault: null };
      const document = status >= 500 ? jsonOf(answer, words) : undefined;
      if (document === undefined) throw failure;
      return { document, fault: { status, failure } };
    },
  };
}

/** Looks up what the request may use of the worker, at the time of the request. */
function prepare(
  method: string,
  { what, url, headers, auth }: HttpRequest,
  grants: Grants,
): { url: URL; headers: Record<string, string>; words: Words } {
  const shown = typeof url === 'string' ? place(url) : `the URL in the secret ${url.secret}`;
  const address = typeof url === 'string' ? url : grants.secretUrl(url.secret);
  const sent = outgoing(what, { url: address, headers, auth }, grants);
  const hiding = typeof url === 'string' ? sent.hiding : sent.hiding.with(sent.url.hostname);
  const words: Words = {
    say: (found) => `${what}: ${method} ${shown} ${found}`,
    quote: (text) => excerpt(hiding.beginning(text, longestExcerpt)),
    hide: (value) => hiding.json(value),
  };
  return { url: sent.url, headers: sent.headers, words };
}

const client = axios.create({
  headers: { accept: 'application/json', 'user-agent': 'coalmine' },
  maxRedirects: 0,
  proxy: false,
  responseType: 'stream',
  validateStatus: null,
});

/** Parsing a large answer takes tens of milliseconds: one at a time, however many come in. */
async function turnFor({ text }: Answer): Promise<void> {
  if (text.length > large) await turn();
}

const large = 65_536;

interface Limits {
  timeout: number;
  most: number;
  agent: Agent | undefined;
}

async function send(
  config: AxiosRequestConfig,
  { timeout, most, agent }: Limits,
  { say, quote }: Words,
  signal: AbortSignal,
): Promise<Answer> {
  // A timer of its own: axios' timeout is for silence, and some answers trickle for ever.
  const cut = new AbortController();
  const end = (): void => {
    cut.abort();
  };
  const timer = setTimeout(end, timeout);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const { status, headers, data } = await client.request<Readable>({
      ...config,
      signal: cut.signal,
      ...(agent === undefined ? {} : { httpsAgent: agent }),
    });
    const location: unknown = headers['location'];
    return {
      status,
      location: typeof location === 'string' ? location : null,
      ...(await readUp(data, most)),
    };
  } catch (error) {
    const outOfTime = isOutOfTime(signal.reason);
    if (!outOfTime) signal.throwIfAborted();
    const { found, todo } = whyNoAnswer(error);
    const why = outOfTime
      ? 'before the time for it was over'
      : cut.signal.aborted
        ? `within ${duration(timeout)}`
        : `(${quote(found)})`;
    const fault = outOfTime || cut.signal.aborted || mayHaveArrived(error) ? unavailable : turnedAway;
    throw fault(say(`gave no whole answer ${why}; ${todo}`));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

async function readUp(stream: Readable, most: number): Promise<Pick<Answer, 'text' | 'most'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > most) break;
  }
  return { text: new TextDecoder().decode(Buffer.concat(chunks)), most: size <= most ? null : most };
}
