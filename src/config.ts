import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, normalize } from 'node:path';
import { variables } from './variables.ts';
import { anySettable, findCommand, settableVariable, type Executable } from './commands.ts';
import { noKeys, parsePayloadKeys, type PayloadKeys } from './payloads/keys.ts';

/** What the worker and the CLI take from the environment; read once, by `readConfig`. */
export interface Config {
  /** Hosts that specs may use: `host`, `host:port`, `*.example.com`, `loopback`; lower case. Empty: none. */
  allowHosts: readonly string[];
  /** Names of the secrets that specs may refer to. */
  allowSecrets: readonly string[];
  /**
   * Where a secret may go: entries as those of `allowHosts`, and `command` for what load commands get. One that is not here
   * may go to every allowed host and to commands.
   */
  secretPlaces: ReadonlyMap<string, readonly string[]>;
  /** Commands that specs may run as their load: names that are looked up on PATH, and absolute paths. */
  allowCommands: readonly string[];
  /** Names of the environment variables that specs may set for them. */
  allowCommandEnv: readonly string[];
  /** Directories that specs may have the worker write to: absolute paths without a slash at the end, each for itself. */
  allowDirectories: readonly string[];
  /** Paths of the Unix domain sockets that specs may use: absolute, and written in the shortest way. */
  allowSockets: readonly string[];
  /** Images that specs may use: repositories, `shop/*` for all below, `*` for any. */
  allowImages: readonly string[];
  /** Namespaces that specs may use: patterns with `*`. `context` is empty for the cluster that a spec gets without one. */
  allowNamespaces: readonly { context: string; namespace: string }[];
  /** A command as it is run. Throws a ConfigError if it is not in `allowCommands` or not on this machine. */
  command(name: string): Executable;
  /** The value of a secret. Throws a ConfigError if the name is not in `allowSecrets` or has no value. */
  secret(name: string): string;
  /** What payloads are encrypted and decrypted with. */
  payloadKeys: PayloadKeys;
  /** How many activities one worker runs at a time, by task queue. */
  slots: { effects: number; watch: number; load: number };
  /** Requests a second that the load runs of one worker send at most in all. */
  loadRate: number;
  /** How many rollouts one worker keeps in memory, so as not to replay them; null: as its memory allows. */
  cachedRollouts: number | null;
  /** Milliseconds that effects under way get to end once the worker is told to end. */
  shutdownGrace: number;
  /** Where the worker answers /healthz and /readyz; null: nowhere. */
  healthAddress: Address | null;
  /** Where the worker answers /metrics; null: nowhere. */
  metricsAddress: Address | null;
  log: { format: (typeof logFormats)[number]; level: (typeof logLevels)[number] };
  temporal: TemporalVariables;
  /** Path of the `temporal` binary, if a person has set one. */
  temporalCli: string | null;
  /** Where downloads are kept. */
  cacheDir: string;
  /** The directories of PATH, in order. */
  searchPath: readonly string[];
}

/** Where to listen. */
export interface Address {
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  host: string;
  port: number;
}

const logFormats = ['text', 'json'] as const;
const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** What names a Temporal server, unread: `@temporalio/envconfig` knows what it means. May hold credentials. */
interface TemporalVariables {
  /** The variable that names a server; null where none does. */
  namedBy: string | null;
  /** All that envconfig reads, by name. */
  variables: Readonly<Record<string, string>>;
}

/** A value in the environment cannot be used; the message says which, what was found and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Name = keyof typeof variables;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment. Throws a ConfigError that lists every value that cannot be used. */
export function readConfig(env: Environment = process.env): Config {
  const problems: string[] = [];
  const value = (name: Name) => env[name] || null;
  const refuse = (name: Name, found: string, allowed: string) => {
    problems.push(`${name}: found ${JSON.stringify(found)}, allowed: ${allowed}`);
  };
  const wholeNumber = (name: Name, least: number, most: number) => {
    const text = value(name) ?? variables[name].default;
    const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    if (!(number >= least && number <= most)) refuse(name, text, `a whole number from ${least} to ${most}`);
    return number;
  };
  const amount = (name: Name) => wholeNumber(name, 1, 100_000);
  const oneOf = <T extends string>(name: Name, allowed: readonly T[]): T => {
    const text = value(name) ?? variables[name].default;
    const found = allowed.find((word) => word === text);
    if (found === undefined) refuse(name, text, allowed.join(', '));
    return found ?? (text as T);
  };
  const address = (name: Name): Address | null => {
    const text = value(name);
    if (text === null) return null;
    const [, host = '', port] = listening.exec(text) ?? [];
    if (!(Number(port) >= 1 && Number(port) <= 65_535))
      refuse(
        name,
        text,
        'host:port, such as 127.0.0.1:9464, or 0.0.0.0:9464 for all who can reach the machine',
      );
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  };
  const list = (name: Name, shape: RegExp, allowed: string) => {
    const items = (value(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    for (const item of items) if (!shape.test(item)) refuse(name, item, allowed);
    return items;
  };
  const directory = (name: Name, otherwise: string) => {
    const path = value(name) ?? otherwise;
    if (!isAbsolute(path)) refuse(name, path, 'an absolute path');
    return path;
  };

  const secretEntries = list(
    'COALMINE_ALLOW_SECRETS',
    secretShape,
    'NAME@host, NAME@host:port, NAME@*.example.com, NAME@loopback, NAME@command, or NAME: names of environment variables, but not that of the payload keys',
  ).map((entry) => entry.split('@') as [name: string, place?: string]);
  const allowSecrets = [...new Set(secretEntries.map(([name]) => name))];
  const allowCommands = list(
    'COALMINE_ALLOW_COMMANDS',
    /^(\/.+|[\w.+-]+)$/,
    'names of commands such as k6, and absolute paths, separated by commas',
  );
  const allowDirectories = list(
    'COALMINE_ALLOW_DIRECTORIES',
    /^(?:\/(?!\.{0,2}(?:\/|$))[^/]+)+\/?$/,
    'absolute paths without . or .. in them, separated by commas',
  ).map((path) => path.replace(/\/$/, ''));
  const allowImages = list(
    'COALMINE_ALLOW_IMAGES',
    imageShape,
    'repositories such as shop/checkout, everything below registry.example.com/shop/*, or *, separated by commas (no tag, no digest)',
  );
  const allowCommandEnv = list('COALMINE_ALLOW_COMMAND_ENV', settableVariable, anySettable);
  const searchPath = (env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const home = env['HOME'] || homedir();
  const config: Config = {
    allowHosts: list(
      'COALMINE_ALLOW_HOSTS',
      hostShape,
      'host, host:port, *.example.com, loopback (no scheme, no path), separated by commas',
    ).map((host) => host.toLowerCase()),
    allowSecrets,
    secretPlaces: placesOf(secretEntries),
    secret: (name) => secret(env, allowSecrets, name),
    payloadKeys: payloadKeys(value('COALMINE_PAYLOAD_KEYS'), value('COALMINE_PAYLOAD_KEYS_FILE'), problems),
    allowCommands,
    allowCommandEnv,
    allowDirectories,
    allowSockets: list(
      'COALMINE_ALLOW_SOCKETS',
      /^\//,
      'absolute paths of sockets such as /var/run/docker.sock, separated by commas',
    ).map((path) => normalize(path)),
    allowImages: allowImages.length === 0 ? [variables.COALMINE_ALLOW_IMAGES.default] : allowImages,
    allowNamespaces: list(
      'COALMINE_ALLOW_NAMESPACES',
      /^(\S+\/)?[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?$/,
      'NAMESPACE, or CONTEXT/NAMESPACE with a context of the kubeconfig, where * stands for any characters, separated by commas',
    ).map((entry) => {
      // Contexts may have slashes in their names, namespaces cannot.
      const at = entry.lastIndexOf('/');
      return { context: entry.slice(0, Math.max(0, at)), namespace: entry.slice(at + 1) };
    }),
    command: (name) => command({ searchPath, home, language: env['LANG'] }, allowCommands, name),
    slots: {
      effects: amount('COALMINE_EFFECT_SLOTS'),
      watch: amount('COALMINE_WATCH_SLOTS'),
      load: amount('COALMINE_LOAD_SLOTS'),
    },
    loadRate: amount('COALMINE_LOAD_RATE'),
    cachedRollouts: value('COALMINE_CACHED_ROLLOUTS') === null ? null : amount('COALMINE_CACHED_ROLLOUTS'),
    shutdownGrace: wholeNumber('COALMINE_SHUTDOWN_GRACE', 1, 600) * 1000,
    healthAddress: address('COALMINE_HEALTH_ADDRESS'),
    metricsAddress: address('COALMINE_METRICS_ADDRESS'),
    log: { format: oneOf('COALMINE_LOG', logFormats), level: oneOf('COALMINE_LOG_LEVEL', logLevels) },
    temporal: temporalVariables(env),
    temporalCli: value('TEMPORAL_CLI_PATH'),
    cacheDir: join(directory('XDG_CACHE_HOME', join(home, '.cache')), 'coalmine'),
    searchPath,
  };
  if (problems.length > 0) throw new ConfigError(`The environment cannot be used:\n${problems.join('\n')}`);
  return config;
}

/** A name, an IPv4 address or a bracketed IPv6 address, with or without a port; one leading `*.`. */
const hostShape =
  /^(\[[0-9a-f:.]+\]|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)(:\d{1,5})?$/i;

/** A repository with or without its registry, everything below one (`shop/*`), or `*`. */
const imageShape = /^(\*|([a-z0-9][\w.-]*(:\d{1,5})?\/)?([a-z0-9][\w.-]*\/)*([a-z0-9][\w.-]*|\*))$/i;

const secretShape = new RegExp(
  `^(?!COALMINE_PAYLOAD_KEYS)[A-Za-z_]\\w*(@(?:${hostShape.source.slice(1, -1)}))?$`,
  'i',
);

/** Names that are also listed without a place are not bound. */
function placesOf(entries: readonly (readonly [name: string, place?: string])[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  const anywhere = new Set(entries.flatMap(([name, place]) => (place === undefined ? name : [])));
  for (const [name, place] of entries) {
    if (place === undefined || anywhere.has(name)) continue;
    places.set(name, [...(places.get(name) ?? []), place.toLowerCase()]);
  }
  return places;
}

/** A name, an IPv4 address or a bracketed IPv6 address, with a port. */
const listening = /^([a-z0-9._-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i;

function secret(env: Environment, allowed: readonly string[], name: string): string {
  if (!allowed.includes(name)) {
    throw new ConfigError(
      `The secret ${name} may not be used: it is not in COALMINE_ALLOW_SECRETS (${allowed.join(', ') || 'empty'}). ` +
        `Add it there, where the worker runs, and start the worker again.`,
    );
  }
  const value = env[name];
  if (!value) {
    throw new ConfigError(`The secret ${name} has no value: set the variable ${name} where the worker runs.`);
  }
  if (value.trim().length < shortestSecret) {
    throw new ConfigError(
      `The secret ${name} has fewer than ${String(shortestSecret)} characters, too few to be kept out of texts: give it a longer value where the worker runs.`,
    );
  }
  return value;
}

/** A file of keys is at most so large, in bytes. */
const mostOfKeys = 65_536;

/** Says what is wrong without a character of what was found: it may be a key. */
function payloadKeys(text: string | null, file: string | null, problems: string[]): PayloadKeys {
  const refuse = (name: Name, found: string): PayloadKeys => {
    problems.push(
      `${name}: ${found} (not shown), allowed: id:key with 32 bytes in base64, comma separated, each id once; ` +
        'make a key: openssl rand -base64 32',
    );
    return noKeys;
  };
  if (text !== null && file !== null)
    return refuse('COALMINE_PAYLOAD_KEYS', 'found beside COALMINE_PAYLOAD_KEYS_FILE, of which one is enough');
  const name = file === null ? 'COALMINE_PAYLOAD_KEYS' : 'COALMINE_PAYLOAD_KEYS_FILE';
  const content = file === null ? text : keysFile(file);
  if (content === null)
    return file === null ? noKeys : refuse(name, `no file of at most 64 KiB at this path`);
  const { keys, problems: found } = parsePayloadKeys(content);
  if (found.length > 0) return refuse(name, found.join('; '));
  return keys.decrypting.size > 0 ? keys : refuse(name, 'has no key');
}

function keysFile(path: string): string | null {
  try {
    const about = statSync(path);
    return about.isFile() && about.size <= mostOfKeys ? readFileSync(path, 'utf8') : null;
  } catch {
    return null;
  }
}

/** Characters: what is shorter could not be told from plain text where it is hidden. */
const shortestSecret = 4;

function command(
  {
    searchPath,
    home,
    language,
  }: { searchPath: readonly string[]; home: string; language: string | undefined },
  allowed: readonly string[],
  name: string,
): Executable {
  if (!allowed.includes(name)) {
    throw new ConfigError(
      `specs may not run ${JSON.stringify(name)} on this worker; its operator can allow it by ` +
        `COALMINE_ALLOW_COMMANDS=${[...allowed, name].join(',')}`,
    );
  }
  const file = findCommand(name, searchPath);
  if (file === null) {
    throw new ConfigError(
      `the command ${name} is allowed, but ` +
        (isAbsolute(name)
          ? 'is no file that this worker may run; install it there'
          : `no directory on the PATH of this worker has it (${searchPath.join(', ') || 'empty'}); install it there`),
    );
  }
  const environment = { PATH: searchPath.join(delimiter), HOME: home };
  return { file, environment: language ? { ...environment, LANG: language } : environment };
}

/** In the order in which they are told of. */
const naming = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'] as const;

/** Where envconfig looks for Temporal's own configuration file. */
const configFileHomes = ['HOME', 'XDG_CONFIG_HOME', 'APPDATA'];

function temporalVariables(env: Environment): TemporalVariables {
  const known = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      (entry[0].startsWith('TEMPORAL_') || configFileHomes.includes(entry[0])) &&
      (Boolean(entry[1]) || (entry[1] === '' && entry[0].startsWith('TEMPORAL_GRPC_META_'))),
  );
  return { namedBy: naming.find((name) => env[name]) ?? null, variables: Object.fromEntries(known) };
}
