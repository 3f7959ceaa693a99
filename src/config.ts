import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** What the worker and the CLI take from the environment; read once, by `readConfig`. */
export interface Config {
  /** Hosts that specs may use: `host`, `host:port`, `*.example.com`, `loopback`; lower case. Empty: none. */
  allowHosts: readonly string[];
  /** Names of the secrets that specs may refer to. */
  allowSecrets: readonly string[];
  /** The value of a secret. Throws a ConfigError if the name is not in `allowSecrets` or has no value. */
  secret(name: string): string;
  /** How many activities one worker runs at a time, by task queue. */
  slots: { effects: number; watch: number; load: number };
  temporal: TemporalVariables;
  /** Path of the `temporal` binary, if a person has set one. */
  temporalCli: string | null;
  /** Where downloads are kept. */
  cacheDir: string;
  /** The directories of PATH, in order. */
  searchPath: readonly string[];
}

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

/** An environment variable, as help and documentation print it. */
interface Variable {
  what: string;
  default: string;
}

/** Every variable there is. */
export const variables = {
  COALMINE_ALLOW_HOSTS: {
    what: 'Hosts that specs may use, comma separated: host, host:port, *.example.com, loopback',
    default: 'none',
  },
  COALMINE_ALLOW_SECRETS: {
    what: 'Names of environment variables that specs may refer to as secrets, comma separated',
    default: 'none',
  },
  COALMINE_EFFECT_SLOTS: { what: 'Effects that one worker runs at a time', default: '100' },
  COALMINE_WATCH_SLOTS: { what: 'Bakes that one worker watches at a time', default: '1000' },
  COALMINE_LOAD_SLOTS: { what: 'Load runs that one worker has at a time', default: '4' },
  TEMPORAL_ADDRESS: {
    what: 'Address of the Temporal server, host:port',
    default: 'the server of `coalmine dev`',
  },
  TEMPORAL_NAMESPACE: { what: 'Temporal namespace', default: 'default' },
  TEMPORAL_PROFILE: { what: "Profile in Temporal's configuration file", default: 'default' },
  TEMPORAL_CONFIG_FILE: { what: "Temporal's configuration file", default: 'that of the `temporal` CLI' },
  TEMPORAL_API_KEY: { what: 'API key for the Temporal server', default: 'none' },
  'TEMPORAL_TLS…': {
    what: 'TLS to the Temporal server, named as the `temporal` CLI names it',
    default: 'off; on with an API key',
  },
  TEMPORAL_CLI_PATH: {
    what: 'Path of the `temporal` binary that `coalmine dev` runs',
    default: 'the one on PATH, else downloaded',
  },
  XDG_CACHE_HOME: { what: 'Directory in which coalmine/ keeps downloads', default: '~/.cache' },
} as const satisfies Record<string, Variable>;

type Name = keyof typeof variables;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment. Throws a ConfigError that lists every value that cannot be used. */
export function readConfig(env: Environment = process.env): Config {
  const problems: string[] = [];
  const value = (name: Name) => env[name] || null;
  const refuse = (name: Name, found: string, allowed: string) => {
    problems.push(`${name}: found ${JSON.stringify(found)}, allowed: ${allowed}`);
  };
  const slots = (name: Name) => {
    const text = value(name) ?? variables[name].default;
    const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > 100_000) refuse(name, text, 'a whole number from 1 to 100000');
    return number;
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

  const allowSecrets = list('COALMINE_ALLOW_SECRETS', /^[A-Za-z_]\w*$/, 'names of environment variables');
  const config: Config = {
    allowHosts: list(
      'COALMINE_ALLOW_HOSTS',
      hostShape,
      'host, host:port, *.example.com, loopback (no scheme, no path), separated by commas',
    ).map((host) => host.toLowerCase()),
    allowSecrets,
    secret: (name) => secret(env, allowSecrets, name),
    slots: {
      effects: slots('COALMINE_EFFECT_SLOTS'),
      watch: slots('COALMINE_WATCH_SLOTS'),
      load: slots('COALMINE_LOAD_SLOTS'),
    },
    temporal: temporalVariables(env),
    temporalCli: value('TEMPORAL_CLI_PATH'),
    cacheDir: join(directory('XDG_CACHE_HOME', join(env['HOME'] || homedir(), '.cache')), 'coalmine'),
    searchPath: (env['PATH'] ?? '').split(delimiter).filter((path) => path !== ''),
  };
  if (problems.length > 0) throw new ConfigError(`The environment cannot be used:\n${problems.join('\n')}`);
  return config;
}

/** A name, an IPv4 address or a bracketed IPv6 address, with or without a port; one leading `*.`. */
const hostShape =
  /^(\[[0-9a-f:.]+\]|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)(:\d{1,5})?$/i;

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
  return value;
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
