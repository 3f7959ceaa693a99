import { Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import type { Use } from '../../activities/ports.ts';

/** From now to the end of the test: each `host:port`, or path of a socket, that this thread has connected to. */
export function connecting(): () => string[] {
  const spy = vi.spyOn(Socket.prototype, 'connect');
  onTestFinished(() => {
    spy.mockRestore();
  });
  return () => [...new Set(spy.mock.calls.map((given) => addressOf(given)))];
}

/** What `connecting` gives of an adapter that keeps to what it declares. */
export function declaredHosts(uses: readonly Use[]): string[] {
  return uses.flatMap((use) => {
    if ('socket' in use) return [use.socket];
    if (!('url' in use) || use.url === null) return [];
    const { hostname, port, protocol } = new URL(use.url);
    return [`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`];
  });
}

interface Options {
  host?: string;
  port?: number | string;
  path?: string;
}

/** The options are the first argument, or the first member of it. */
function addressOf(given: readonly unknown[]): string {
  const options = given.flat()[0] as Options;
  return options.path ?? `${String(options.host)}:${String(options.port)}`;
}
