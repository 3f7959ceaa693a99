/** Asks copies over HTTP whether they are healthy, and which version they run. */
import { request as send } from 'undici';
import type { DockerTarget } from '../../../src/spec/docker.ts';
import { excerpt } from '../../http-answer.ts';
import { whyNoAnswer } from '../../no-answer.ts';
import type { Grants } from '../../ports.ts';
import type { Probe } from './state.ts';

/** For a whole answer (ms). */
const patience = 5_000;
/** Bytes of an answer that are read. */
const most = 65_536;

interface Answered {
  status: number;
  text: string;
}

/** Whether a copy answers the path with 2xx. */
export async function probe(
  address: string,
  path: string,
  grants: Grants,
  signal: AbortSignal,
): Promise<NonNullable<Probe>> {
  const { href } = new URL(path, address);
  const answer = await ask(href, grants, signal);
  if ('why' in answer) return { healthy: false, why: answer.why };
  if (answer.status >= 200 && answer.status < 300) return { healthy: true };
  return { healthy: false, why: `answers ${href} with ${String(answer.status)}, expected 2xx` };
}

/** The version that a copy reports, or why it does not. */
export async function reportedVersion(
  address: string,
  path: string,
  grants: Grants,
  signal: AbortSignal,
): Promise<{ version: string } | { why: string }> {
  const { href } = new URL(path, address);
  const answer = await ask(href, grants, signal);
  if ('why' in answer) return answer;
  const version = versionOf(answer.text);
  if (answer.status !== 200 || version === null)
    return {
      why: `answers ${href} with ${String(answer.status)} and no version, expected text or {"version": …}`,
    };
  return { version };
}

function versionOf(text: string): string | null {
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Plain text.
  }
  const found =
    typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : value;
  const version = (typeof found === 'number' ? text : typeof found === 'string' ? found : '').trim();
  return version === '' || version.length > 200 || version.includes('\n') ? null : version;
}

async function ask(url: string, grants: Grants, signal: AbortSignal): Promise<Answered | { why: string }> {
  grants.checkUrl(url);
  const late = AbortSignal.timeout(patience);
  try {
    const { statusCode, body } = await send(url, { signal: AbortSignal.any([signal, late]) });
    let text = '';
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > most) break;
    }
    return { status: statusCode, text: grants.hiding.text(text) };
  } catch (error) {
    signal.throwIfAborted();
    const { found } = whyNoAnswer(error);
    const { hostname } = new URL(url);
    const unknown =
      (error as NodeJS.ErrnoException).code === 'ENOTFOUND' ||
      (error as NodeJS.ErrnoException).code === 'EAI_AGAIN';
    return {
      why:
        `does not answer ${url} (${late.aborted ? 'nothing in 5s' : excerpt(found)})` +
        (unknown
          ? `: the worker does not know the name ${hostname}; run the worker in a network of stable, or leave health and reports out`
          : ''),
    };
  }
}

/** Where the worker and the proxy reach a container; null: nowhere that is known. */
export function addressOf(
  name: string,
  ports: Record<string, { HostIp?: string | undefined; HostPort: string }[] | null | undefined>,
  { address, port }: Pick<DockerTarget, 'address' | 'port'>,
): string | null {
  if (address === 'name') return `http://${name}:${String(port)}`;
  const [bound] = ports[`${String(port)}/tcp`] ?? [];
  return bound === undefined || bound.HostPort === '' ? null : `http://127.0.0.1:${bound.HostPort}`;
}
