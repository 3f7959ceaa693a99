import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The argument vector that serves a version on a port of a host. No shell reads it. */
export type Command = (host: string, port: number) => [program: string, ...args: string[]];

const { resolve } = createRequire(import.meta.url);
const stable = resolve('http-server-stable/bin/http-server');
const canary = resolve('http-server-canary/bin/http-server');
const catalogProgram = fileURLToPath(new URL('catalog.js', import.meta.url));
const site = fileURLToPath(new URL('site', import.meta.url));

function httpServer(bin: string, ...options: string[]): Command {
  return (host, port) => [process.execPath, bin, site, '-a', host, '-p', String(port), ...options];
}

function catalog(version: string): Command {
  return (host, port) => [process.execPath, catalogProgram, version, host, String(port)];
}

/** What this platform can run. To release something of your own, add a line. */
const versions: ReadonlyMap<string, Command> = new Map([
  ['14.1.0', httpServer(stable, '-s', '-e', 'html')],
  ['14.1.1', httpServer(canary, '-s', '-e', 'html')],
  // Cannot start: TLS is on, and there is no certificate.
  ['14.1.1-tls', httpServer(canary, '-e', 'html', '-S')],
  // Starts, and answers `/`; but its pages are looked for as `.htm`, so that `/menu` and `/visit` are 404.
  ['14.1.1-htm', httpServer(canary, '-s', '-e', 'htm')],
  // Another service, slow for its first minute; both are alike.
  ['catalog-1', catalog('catalog-1')],
  ['catalog-2', catalog('catalog-2')],
]);

export function isKnown(version: string): boolean {
  return versions.has(version);
}

/** Throws on a version that is not here. */
export function commandOf(version: string): Command {
  const command = versions.get(version);
  if (command === undefined) throw new Error(noSuchVersion(version));
  return command;
}

export function noSuchVersion(version: string): string {
  return `no version ${version} here: there are ${[...versions.keys()].join(', ')}`;
}
