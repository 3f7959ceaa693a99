/** Containers made from another one's settings, with only what has to differ changed. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, Image, Inspected, Settings } from './inspected.ts';
import { nameOf } from './inspected.ts';

/** What a copy has otherwise than the container that it is made from. */
export interface Wanted {
  /** Its image: by its id, so that a name that moves makes no difference. */
  image: string;
  /** Values of variables; null: without it. */
  env: Readonly<Record<string, string | null>>;
  labels: Readonly<Record<string, string>>;
  /** Null: it takes the place of the one that it is made from, with all that others reach it by. */
  beside: Beside | null;
}

/** What a copy beside stable has of its own. */
export interface Beside {
  /** The port inside. */
  port: number;
  /** A port of 127.0.0.1 on the host; null: it is reached by its name. */
  hostPort: number | null;
  /** Bytes. */
  memory: number;
}

/** A container that is to be made. */
export interface Made {
  /** The body of `POST /containers/create`. */
  body: Record<string, unknown>;
  /** Networks that it is connected to before it is started, beside the one that it is made with. */
  networks: { name: string; endpoint: Record<string, unknown> }[];
  /** What is otherwise than in the one that it is made from, a phrase each; without values of variables. */
  changed: string[];
}

/** Labels by which something else takes a container for one of its own: compose, swarm, proxies that watch the engine. */
const claiming =
  /^(com\.docker\.compose\.|com\.docker\.stack\.|com\.docker\.swarm\.|traefik\.|caddy|coalmine\.)/;
/** Variables by which nginx-proxy and its companions do. */
const claimingVariables = /^(VIRTUAL_(HOST|PORT|PATH|PROTO|DEST|ROOT)\w*|LETSENCRYPT_\w+)$/;
const anonymous = /^[0-9a-f]{64}$/;

/**
 * @param from the container
 * @param image the one that it was made from: what it has of that is not carried over, since another image has its own
 */
export function clone(from: Inspected, image: Image, wanted: Wanted): Made {
  const { beside } = wanted;
  const own = ownSettings(from.Config, image.Config ?? {});
  const env = changedEnv(own.Env ?? [], wanted.env, beside !== null);
  const hostname = beside === null && !from.Id.startsWith(from.Config.Hostname) ? from.Config.Hostname : '';
  const ports = beside === null ? {} : { [`${String(beside.port)}/tcp`]: {} };
  const ownLabels = Object.entries(own.Labels ?? {}).filter(([name]) => !isClaiming(name, beside));
  const networks = networksOf(from, beside !== null);
  const [first, ...others] = networks;
  const { Hostname: _hostname, ...kept } = own;
  const host = hostConfig(from, beside);
  return {
    body: {
      ...kept,
      Image: wanted.image,
      Env: env.values,
      ...(hostname !== '' && { Hostname: hostname }),
      ExposedPorts: { ...own.ExposedPorts, ...ports },
      Labels: {
        ...Object.fromEntries(ownLabels),
        // Traefik takes up what says nothing, under its own default rule.
        ...(beside !== null && { 'traefik.enable': 'false' }),
        ...wanted.labels,
      },
      HostConfig: host,
      ...(first !== undefined && {
        NetworkingConfig: { EndpointsConfig: { [first.name]: first.endpoint } },
      }),
    },
    networks: others,
    changed: [...env.changed, ...changes(from, host, beside)],
  };
}

function isClaiming(name: string, beside: Beside | null): boolean {
  return name.startsWith('coalmine.') || (beside !== null && claiming.test(name));
}

/** Of a container's settings those that do not come from its image. */
function ownSettings(config: Inspected['Config'], image: Settings): Settings {
  const { Image: _image, ...rest } = config;
  const own: Record<string, unknown> = { ...rest };
  for (const name of ['WorkingDir', 'User', 'StopSignal', 'Shell', 'OnBuild', 'ArgsEscaped'])
    if (isDeepStrictEqual(own[name] ?? null, image[name] ?? null)) Reflect.deleteProperty(own, name);
  for (const name of ['AttachStdin', 'AttachStdout', 'AttachStderr', 'MacAddress'])
    Reflect.deleteProperty(own, name);
  const ofImage = new Set(image.Env ?? []);
  return {
    ...own,
    Env: (config.Env ?? []).filter((entry) => !ofImage.has(entry)),
    ...commandOf(config, image),
    Healthcheck: membersUnlike(config.Healthcheck, image.Healthcheck),
    Labels: membersUnlike(config.Labels, image.Labels) ?? {},
    ExposedPorts: membersUnlike(config.ExposedPorts, image.ExposedPorts) ?? {},
    Volumes: membersUnlike(config.Volumes, image.Volumes) ?? {},
  };
}

/** With an entrypoint of one's own, the image's command does not count: what there is then is one's own too. */
function commandOf(config: Settings, image: Settings): Pick<Settings, 'Cmd' | 'Entrypoint'> {
  const [entrypoint, command] = [config.Entrypoint ?? null, config.Cmd ?? null];
  if (!isDeepStrictEqual(entrypoint, image.Entrypoint ?? null))
    return { Entrypoint: entrypoint, Cmd: command };
  return { Entrypoint: null, Cmd: isDeepStrictEqual(command, image.Cmd ?? null) ? null : command };
}

function membersUnlike<T>(
  own: Readonly<Record<string, T>> | null | undefined,
  image: Readonly<Record<string, T>> | null | undefined,
): Record<string, T> | undefined {
  const unlike = Object.entries(own ?? {}).filter(
    ([name, value]) => !isDeepStrictEqual(value, image?.[name]),
  );
  return unlike.length === 0 ? undefined : Object.fromEntries(unlike);
}

function changedEnv(
  own: readonly string[],
  asked: Wanted['env'],
  beside: boolean,
): { values: string[]; changed: string[] } {
  const isKept = (name: string): boolean => !(name in asked) && !(beside && claimingVariables.test(name));
  const dropped = own.map(variableOf).filter((name) => beside && claimingVariables.test(name));
  const set = Object.entries(asked).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
  // A bare name takes the variable away that the image may have.
  const removed = Object.entries(asked).flatMap(([name, value]) => (value === null ? [name] : []));
  return {
    values: [...own.filter((entry) => isKept(variableOf(entry))), ...set, ...removed],
    changed: [
      ...Object.entries(asked).map(([name, value]) =>
        value === null ? `without the variable ${name}` : `variable ${name}`,
      ),
      ...dropped.map((name) => `without the variable ${name}, by which a proxy would send traffic`),
    ],
  };
}

function variableOf(entry: string): string {
  return entry.split('=', 1)[0] ?? entry;
}

function hostConfig(from: Inspected, beside: Beside | null): Inspected['HostConfig'] {
  const { ContainerIDFile: _file, ...kept } = from.HostConfig;
  const links = (kept.Links ?? []).map(linkFor);
  if (beside === null) {
    const mounts = [...(kept.Mounts ?? []), ...anonymousVolumes(from)];
    return { ...kept, Links: links, Mounts: mounts };
  }
  const { port, hostPort, memory } = beside;
  const published =
    hostPort === null
      ? {}
      : { [`${String(port)}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] };
  return {
    ...kept,
    Links: links,
    // A volume that has only a hash for a name holds one container's data: the copy gets one of its own.
    Mounts: (kept.Mounts ?? []).filter(
      ({ Type, Source = '' }) => Type !== 'volume' || !anonymous.test(Source),
    ),
    Binds: (kept.Binds ?? []).filter((bind) => !anonymous.test(bind.split(':', 1)[0] ?? '')),
    PortBindings: published,
    PublishAllPorts: false,
    AutoRemove: false,
    ...(memory !== kept.Memory && { Memory: memory, MemorySwap: 0, MemoryReservation: 0 }),
  };
}

/** What takes a container's place goes on with the volumes that were made for it, as compose does it. */
function anonymousVolumes({ Mounts, HostConfig }: Inspected): NonNullable<Inspected['HostConfig']['Mounts']> {
  const named = new Set([
    ...(HostConfig.Mounts ?? []).map(({ Target }) => Target),
    ...(HostConfig.Binds ?? []).map((bind) => bind.split(':')[1]),
  ]);
  return Mounts.filter(({ Type, Destination }) => Type === 'volume' && !named.has(Destination)).map(
    ({ Name = '', Destination }) => ({ Type: 'volume', Source: Name, Target: Destination }),
  );
}

/** The engine tells `/db:/web/alias`, and wants `db:alias`. */
function linkFor(link: string): string {
  const [name = '', alias = ''] = link.split(':');
  return `${name.replace(/^\//, '')}:${alias.split('/').at(-1) ?? ''}`;
}

/** The network of its mode first, since a container is made with that one. */
function networksOf(from: Inspected, beside: boolean): Made['networks'] {
  const mode = from.HostConfig.NetworkMode;
  const networks = Object.entries(from.NetworkSettings.Networks ?? {});
  const isMode = ([name, { NetworkID }]: [string, Endpoint]): boolean => name === mode || NetworkID === mode;
  const sorted = [...networks.filter(isMode), ...networks.filter((network) => !isMode(network))];
  return sorted
    .filter(([name]) => !['bridge', 'host', 'none'].includes(name))
    .map(([name, endpoint]) => ({ name, endpoint: endpointOf(from, endpoint, beside) }));
}

/** A copy beside is known by its own name alone, and has an address of its own. */
function endpointOf(from: Inspected, endpoint: Endpoint, beside: boolean): Record<string, unknown> {
  const { DriverOpts, GwPriority, IPAMConfig, Links, Aliases } = endpoint;
  const common = {
    ...(isGiven(DriverOpts) && { DriverOpts }),
    ...(isGiven(GwPriority) && { GwPriority }),
    ...(isGiven(Links) && { Links: Links.map(linkFor) }),
  };
  if (beside) return common;
  const aliases = (Aliases ?? []).filter((alias) => !from.Id.startsWith(alias) && alias !== nameOf(from));
  return { ...common, IPAMConfig, Aliases: aliases };
}

function changes(from: Inspected, host: Inspected['HostConfig'], beside: Beside | null): string[] {
  if (beside === null) return [];
  const published = Object.keys(from.HostConfig.PortBindings ?? {});
  const aliases = Object.values(from.NetworkSettings.Networks ?? {}).flatMap(({ Aliases }) => Aliases ?? []);
  const names = [...new Set(aliases)].filter((alias) => !from.Id.startsWith(alias) && alias !== nameOf(from));
  const claims = Object.keys(from.Config.Labels ?? {}).filter((name) => claiming.test(name));
  return [
    names.length > 0 && `without the names ${names.join(', ')} in its networks`,
    published.length > 0 &&
      `without the published ${published.length === 1 ? 'port' : 'ports'} ${published.join(', ')}`,
    beside.hostPort !== null && `published on 127.0.0.1:${String(beside.hostPort)}`,
    claims.length > 0 && `without labels of compose, swarm and proxies (${String(claims.length)})`,
    host.Memory !== from.HostConfig.Memory &&
      `at most ${String(Math.round(host.Memory / 1024 ** 2))} MiB of memory`,
    from.HostConfig.AutoRemove && 'kept when it ends',
  ].filter((phrase) => phrase !== false);
}

function isGiven<T>(value: T): value is NonNullable<T> {
  return value !== null && value !== undefined;
}
