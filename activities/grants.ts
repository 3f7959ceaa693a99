/** What specs may use of the worker: the operator's lists, and whether a whole plan keeps to them. */
import { ApplicationFailure } from '@temporalio/common';
import type { Config } from '../src/config.ts';
import { notAllowed } from './failures.ts';
import { Hiding } from './hiding.ts';
import type { Grants } from './ports.ts';

/**
 * The grants of a worker. Hosts are compared as the URL standard reads them, so that no other way to write an
 * address gets past the list: case, default ports, a dot at the end, IPv4 in octal, hex or as one number.
 *
 * @param config `allowHosts`: `host` or `*.example.com` (any depth below it, not itself), each with or without
 * a port (without: any port), or `loopback` (127.0.0.0/8, `[::1]`, `localhost`)
 * @throws Error at an entry that is no host
 */
export function createGrants({
  allowHosts,
  allowSecrets,
  secretPlaces,
  secret,
  command,
  allowCommandEnv,
}: Pick<
  Config,
  'allowHosts' | 'allowSecrets' | 'secretPlaces' | 'secret' | 'command' | 'allowCommandEnv'
>): Grants {
  const matches = allowHosts.map(hostMatcher);
  // All of them, whichever a request uses: what serves may tell a secret that the load or another worker has sent.
  const hiding = new Hiding(allowSecrets.flatMap((name) => valueOf(secret, name)));
  const mayGo = new Map([...secretPlaces].map(([name, places]) => [name, placeMatcher(places)]));
  const valueFor = (name: string, goesTo: string | null): string => {
    const value = granted(secret, name);
    hiding.add(value);
    if (goesTo === null || (mayGo.get(name)?.(goesTo) ?? true)) return value;
    const asked = goesTo === toCommand ? toCommand : nameOf(addressOf(new URL(goesTo)));
    throw notAllowed(
      `specs may not send the secret ${name} to ${goesTo === toCommand ? 'a command' : asked} on this worker; its operator can allow it by ` +
        `COALMINE_ALLOW_SECRETS=…,${name}@${asked}`,
    );
  };
  return {
    secret: valueFor,
    checkSecret(name, goesTo) {
      valueFor(name, goesTo);
    },
    secretUrl(name) {
      const url = parseUrl(granted(secret, name).trim());
      if (url === null || !isHttp(url) || url.username !== '' || url.password !== '')
        throw notAllowed(
          `the value of the secret ${name} is no absolute http:// or https:// URL without a user name or password; correct it where the worker runs`,
        );
      const address = addressOf(url);
      if (!matches.some((match) => match(address)))
        throw notAllowed(
          `specs may not use the host of the URL in the secret ${name} on this worker; its operator can add it to COALMINE_ALLOW_HOSTS`,
        );
      if (!(mayGo.get(name)?.(url.href) ?? true))
        throw notAllowed(
          `the secret ${name} may not go to the host of the URL that it holds; its operator can correct COALMINE_ALLOW_SECRETS`,
        );
      hiding.add(url.href);
      return url.href;
    },
    hiding,
    command: (name) => granted(command, name),
    checkCommandVariable(name) {
      if (allowCommandEnv.includes(name)) return;
      throw notAllowed(
        `specs may not set the variable ${name} for a command on this worker; its operator can allow it by ` +
          `COALMINE_ALLOW_COMMAND_ENV=${[...allowCommandEnv, name].join(',')}`,
      );
    },
    checkUrl(url) {
      const parsed = parseUrl(url);
      if (parsed === null || !isHttp(parsed))
        throw notAllowed(`found ${JSON.stringify(url)}, expected an absolute http:// or https:// URL`);
      if (parsed.username !== '' || parsed.password !== '')
        throw notAllowed(
          `the URL of ${parsed.host} has a user name or a password in it; put them into a header by a secret`,
        );
      const address = addressOf(parsed);
      if (matches.some((match) => match(address))) return;
      const asked = nameOf(address);
      const others = allowHosts.length === 0 ? '' : '…,';
      throw notAllowed(
        `specs may not use ${asked} on this worker; its operator can allow it by COALMINE_ALLOW_HOSTS=${others}${asked}`,
      );
    },
  };
}

/** Where a secret goes that a load command gets. */
export const toCommand = 'command';

function placeMatcher(places: readonly string[]): (goesTo: string) => boolean {
  const commands = places.includes(toCommand);
  const matches = places.filter((place) => place !== toCommand).map(hostMatcher);
  return (goesTo) => {
    if (goesTo === toCommand) return commands;
    const address = addressOf(new URL(goesTo));
    return matches.some((match) => match(address));
  };
}

/** Nothing where it has no value: whoever asks for it is told so. */
function valueOf(secret: Config['secret'], name: string): string[] {
  try {
    return [secret(name)];
  } catch {
    return [];
  }
}

/** What the configuration gives for a name, or why it does not. */
function granted<T>(look: (name: string) => T, name: string): T {
  try {
    return look(name);
  } catch (error) {
    throw notAllowed(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Checks every URL, command, variable of a command and secret of a plan, wherever it stands, so that a new adapter's cannot
 * be forgotten.
 *
 * @throws one non-retryable `NotAllowed` failure that lists all refusals with their paths in the spec
 */
export function checkPlan(plan: object, grants: Grants): void {
  const pathsByRefusal = new Map<string, string[]>();
  for (const [path, found] of wishes(plan, '')) {
    try {
      if ('url' in found) grants.checkUrl(found.url);
      else if ('command' in found) grants.command(found.command);
      else if ('variable' in found) grants.checkCommandVariable(found.variable);
      else if ('secretUrl' in found) grants.secretUrl(found.secretUrl);
      else for (const place of found.goesTo) grants.checkSecret(found.secret, place);
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      pathsByRefusal.set(error.message, [...(pathsByRefusal.get(error.message) ?? []), path]);
    }
  }
  if (pathsByRefusal.size === 0) return;
  const lines = [...pathsByRefusal].map(([refusal, paths]) => `${paths.join(', ')}: ${refusal}`);
  throw notAllowed(`The spec asks for what this worker does not allow:\n${lines.join('\n')}`);
}

/** Members whose strings are sent or shown as they are, and never fetched; a secret in them is one all the same. */
const texts = new Set(['approve', 'audience', 'body', 'by', 'headers', 'service', 'stable', 'version']);

type Wish =
  | { url: string }
  | { command: string }
  | { variable: string }
  | { secretUrl: string }
  | { secret: string; goesTo: readonly (string | null)[] };

/** Every URL, command and reference to a secret below a value, with its path. */
function* wishes(
  value: unknown,
  path: string,
  isText = false,
  goesTo: readonly (string | null)[] = [null],
): Generator<[path: string, wish: Wish]> {
  if (typeof value === 'string') {
    const url = isText ? null : parseUrl(value);
    // One whose host is still to be filled in is checked by the adapter that does so.
    if (url !== null && isHttp(url) && !url.hostname.includes('$')) yield [path, { url: value }];
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) yield* wishes(item, `${path}[${String(at)}]`, isText, goesTo);
  } else if (typeof value === 'object' && value !== null) {
    const secret = secretOf(value);
    if (secret !== null) yield [path, { secret, goesTo }];
    if ('command' in value && Array.isArray(value.command))
      yield [`${path}.command[0]`, { command: String(value.command[0]) }];
    if ('env' in value && typeof value.env === 'object' && value.env !== null)
      for (const variable of Object.keys(value.env)) yield [`${path}.env.${variable}`, { variable }];
    const urls = isText ? [] : urlsOf(value);
    const nearest = urls.length === 0 ? goesTo : urls;
    for (const [name, member] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`;
      const secretUrl = name === 'url' ? secretOf(member) : null;
      if (secretUrl !== null) yield [at, { secretUrl }];
      else yield* wishes(member, at, isText || texts.has(name), name === 'env' ? [toCommand] : nearest);
    }
  }
}

/** The name in a reference to a secret. */
function secretOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('secret' in value)) return null;
  return typeof value.secret === 'string' ? value.secret : null;
}

function urlsOf(value: object): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const url = typeof member === 'string' && !texts.has(name) ? parseUrl(member) : null;
    return url !== null && isHttp(url) ? [url.href] : [];
  });
}

interface Address {
  /** Lower case, without a dot at the end; IPv6 in brackets. */
  host: string;
  port: string;
}

function addressOf({ hostname, port, protocol }: URL): Address {
  return { host: hostname.replace(/\.$/, ''), port: port || (protocol === 'https:' ? '443' : '80') };
}

function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function hostMatcher(entry: string): (address: Address) => boolean {
  if (entry === 'loopback') return isLoopback;
  const [, wildcard, name, port] = /^(\*\.)?(\[[^\]]+\]|[^:*/?#@\\\s]+)(?::(\d+))?$/.exec(entry) ?? [];
  const parsed = name === undefined ? null : parseUrl(`http://${name}:${port ?? '80'}`);
  if (parsed === null)
    throw new Error(
      `COALMINE_ALLOW_HOSTS: found ${JSON.stringify(entry)}, expected host, host:port, *.example.com or loopback`,
    );
  const { host } = addressOf(parsed);
  return (address) =>
    (port === undefined || Number(port) === Number(address.port)) &&
    (wildcard === undefined
      ? address.host === host
      : address.host.endsWith(`.${host}`) && address.host.length > host.length + 1);
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
