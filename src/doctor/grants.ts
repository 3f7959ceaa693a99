import { accessSync, constants, statSync } from 'node:fs';
import { runsAnything } from '../commands.ts';
import type { Config } from '../config.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** How a worker started in this environment would write what Temporal stores; nothing where no keys are set. */
export function lookAtKeys({
  payloadKeys: { encrypting, decrypting },
}: Pick<Config, 'payloadKeys'>): Finding[] {
  if (decrypting.size === 0) return [];
  const known = [...decrypting.keys()].join(', ');
  return [
    ok(
      'keys',
      encrypting === null
        ? `a worker started in this environment encrypts no payloads yet, and decrypts those of ${known}`
        : `a worker started in this environment encrypts payloads with the key ${encrypting.id}, and decrypts those of ${known}`,
    ),
  ];
}

/** What a worker started in this environment would let specs use. */
export function lookAtGrants({
  allowHosts,
  allowSecrets,
  secretPlaces,
  allowCommands,
  allowCommandEnv,
  allowDirectories,
  allowSockets,
  allowImages,
  secret,
  command,
}: Pick<
  Config,
  | 'allowHosts'
  | 'allowSecrets'
  | 'secretPlaces'
  | 'allowCommands'
  | 'allowCommandEnv'
  | 'allowDirectories'
  | 'allowSockets'
  | 'allowImages'
  | 'secret'
  | 'command'
>): Finding[] {
  const hosts =
    allowHosts.length === 0
      ? warning(
          'grants',
          'a worker started in this environment lets specs use no host (coalmine dev: loopback)',
          "COALMINE_ALLOW_HOSTS='platform.internal:443,*.metrics.internal' coalmine worker",
        )
      : ok('grants', `a worker started in this environment lets specs use ${allowHosts.join(', ')}`);
  return [
    hosts,
    ...lookAtSecrets(allowSecrets, secret),
    ...lookAtPlaces(allowSecrets, secretPlaces),
    ...lookAtCommands(allowCommands, command),
    ...lookAtVariables(allowCommandEnv),
    ...lookAtDirectories(allowDirectories),
    ...lookAtSockets(allowSockets),
    ...lookAtImages(allowImages, allowSockets),
  ];
}

function lookAtSecrets(allowed: readonly string[], secret: Config['secret']): Finding[] {
  if (allowed.length === 0) return [];
  const empty = allowed.filter((name) => !has(secret, name));
  if (empty.length === 0) return [ok('grants', `and the secrets ${allowed.join(', ')}, which have values`)];
  const found = `specs may use secrets that have no value here: ${empty.join(', ')}`;
  return [problem('grants', found, ...empty.map(set))];
}

/** One that is bound to no place may be sent by any spec to any allowed host. */
function lookAtPlaces(allowed: readonly string[], places: Config['secretPlaces']): Finding[] {
  const loose = allowed.filter((name) => !places.has(name));
  if (loose.length === 0) return [];
  return [
    warning(
      'grants',
      `specs may send ${loose.join(', ')} to every allowed host, and to commands`,
      `COALMINE_ALLOW_SECRETS='${loose.map((name) => `${name}@host:port`).join(',')}', where the worker runs`,
    ),
  ];
}

function lookAtCommands(allowed: readonly string[], command: Config['command']): Finding[] {
  if (allowed.length === 0) return [];
  const absent = allowed.filter((name) => !has(command, name));
  if (absent.length === 0)
    return [ok('grants', `and run the commands ${allowed.join(', ')}, which are here`)];
  const found = `specs may run commands that are not here: ${absent.join(', ')}`;
  return [
    problem(
      'grants',
      found,
      'install them where the worker runs, or take them out of COALMINE_ALLOW_COMMANDS',
    ),
  ];
}

function lookAtVariables(allowed: readonly string[]): Finding[] {
  if (allowed.length === 0) return [];
  const dangerous = allowed.filter(runsAnything);
  if (dangerous.length === 0) return [ok('grants', `and set the variables ${allowed.join(', ')} for them`)];
  return [
    warning(
      'grants',
      `whoever may start a rollout can run any program by ${dangerous.join(', ')}`,
      `remove ${dangerous.join(', ')} from COALMINE_ALLOW_COMMAND_ENV`,
    ),
  ];
}

function lookAtDirectories(allowed: readonly string[]): Finding[] {
  if (allowed.length === 0) return [];
  const closed = allowed.filter((path) => !isWritable(path));
  if (closed.length === 0) return [ok('grants', `and write to the directories ${allowed.join(', ')}`)];
  return [
    problem(
      'grants',
      `specs may use directories that cannot be written to here: ${closed.join(', ')}`,
      'make them, writable for the user of the worker, or take them out of COALMINE_ALLOW_DIRECTORIES',
    ),
  ];
}

function lookAtSockets(allowed: readonly string[]): Finding[] {
  if (allowed.length === 0) return [];
  const absent = allowed.filter((path) => statSync(path, { throwIfNoEntry: false })?.isSocket() !== true);
  if (absent.length === 0) return [ok('grants', `and the sockets ${allowed.join(', ')}, which are here`)];
  return [
    problem(
      'grants',
      `specs may use sockets that are not here: ${absent.join(', ')}`,
      'start what listens there, or remove them from COALMINE_ALLOW_SOCKETS',
    ),
  ];
}

/** Which images they may run is of interest where they may use an engine. */
function lookAtImages(allowed: readonly string[], sockets: readonly string[]): Finding[] {
  if (sockets.length === 0) return [];
  if (!allowed.includes('*')) return [ok('grants', `and the images ${allowed.join(', ')}`)];
  return [
    warning(
      'grants',
      'specs may run any image on the engines behind these sockets',
      "COALMINE_ALLOW_IMAGES='registry.example.com/shop/*', where the worker runs",
    ),
  ];
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function has(look: (name: string) => unknown, name: string): boolean {
  try {
    look(name);
    return true;
  } catch {
    return false;
  }
}

function set(name: string): string {
  return `export ${name}=…, where the worker runs`;
}
