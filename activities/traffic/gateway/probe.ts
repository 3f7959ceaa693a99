/**
 * By a request of its own the worker finds out which effect's rules a gateway has in force: a rule that comes before all others
 * answers for one path, and names its effect.
 */
import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';
import { whyNoAnswer } from '../../no-answer.ts';
import type { Grants } from '../../ports.ts';
import type { Fence } from '../../../src/domain/rollout.ts';
import type { Rule } from './route.ts';

const path = '/.well-known/coalmine-effect';

/** No host has a name below this: what a redirect says with it is for nobody but the worker. */
const nowhere = '.coalmine.invalid';

/** Milliseconds for one answer. */
const timeout = 2_000;

/** Answers in a row that have to say the same: behind an address may be several copies of a gateway. */
const inARow = 3;

/** The rule that answers. No Service is behind it, and a redirect is what every gateway has. */
export function probeRule(fence: Fence): Rule {
  return {
    matches: [{ path: { type: 'Exact', value: path }, method: 'GET' }],
    filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: hostOf(fence), statusCode: 302 } }],
  };
}

export function isProbeRule({ matches = [] }: Rule): boolean {
  return matches.length === 1 && matches[0]?.path?.value === path;
}

function hostOf({ epoch, number }: Fence): string {
  return `e${String(epoch)}-${String(number)}${nowhere}`;
}

/**
 * Why a gateway does not have these rules in force, in one sentence without its beginning; null: it has.
 *
 * @param url where the gateway answers for the route
 * @param fence of the effect that is to be in force; null: the route is to be as its user wrote it
 * @param hostnames of the route
 */
export async function notInForce(
  url: string,
  fence: Fence | null,
  hostnames: readonly string[],
  grants: Grants,
  signal: AbortSignal,
): Promise<string | null> {
  for (let answers = 0; answers < inARow; answers += 1) {
    const found = await answered(new URL(path, url), hostFor(url, hostnames), grants, signal);
    if ('fault' in found) return `cannot be seen in force: ${url} gave no answer (${found.fault})`;
    const has = found.location;
    const wants = fence === null ? null : hostOf(fence);
    if (has !== wants)
      return `is not in force yet: the gateway at ${url} answers by ${has ?? 'no'} rule of Coalmine`;
  }
  return null;
}

/** The name that the gateway is asked by: the URL's own, unless the route is for others. */
function hostFor(url: string, hostnames: readonly string[]): string | null {
  const { hostname } = new URL(url);
  const [first] = hostnames;
  const isCovered = (name: string): boolean =>
    name.startsWith('*.') ? hostname.endsWith(name.slice(1)) : name === hostname;
  return first === undefined || hostnames.some(isCovered) ? null : first.replace(/^\*/, 'coalmine');
}

type Found = { location: string | null } | { fault: string };

function answered(url: URL, host: string | null, grants: Grants, signal: AbortSignal): Promise<Found> {
  grants.checkUrl(url.href);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? secure : plain;
    const late = AbortSignal.timeout(timeout);
    const asking = ask(url, {
      // Each on a connection of its own, which may lead to another copy.
      agent: false,
      headers: { 'user-agent': 'coalmine', ...(host !== null && { host }) },
      ...(host !== null && { servername: host }),
      signal: AbortSignal.any([signal, late]),
    });
    asking.once('response', (answer: IncomingMessage) => {
      answer.destroy();
      resolve({ location: ours(answer.headers.location) });
    });
    asking.once('error', (error) => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve({ fault: late.aborted ? 'within 2s' : whyNoAnswer(error).found });
    });
    asking.end();
  });
}

function ours(location: string | undefined): string | null {
  if (location === undefined || !URL.canParse(location)) return null;
  const { hostname } = new URL(location);
  return hostname.endsWith(nowhere) ? hostname : null;
}
