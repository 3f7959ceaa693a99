/** Whether a copy beside stable can harm it, or is reached by live traffic. Pure; decided on what the engine has made. */
import { nameOf, type Inspected } from './inspected.ts';

/** What the spec says of it. */
interface Terms {
  /** Names of volumes and paths of the host that both may write to. */
  shared: readonly string[];
  /** The proxy reaches the copy by its name. */
  byName: boolean;
}

/**
 * What is wrong, a sentence each; none: it may be started.
 *
 * @param made the copy
 * @param stables the containers of stable
 */
export function intrusions(made: Inspected, stables: readonly Inspected[], terms: Terms): string[] {
  return [
    ...networkMode(made, terms),
    ...names(made, stables),
    ...ports(made, stables),
    ...volumes(made, stables, terms),
    ...spaces(made),
    ...limits(made),
  ];
}

function networkMode({ HostConfig, NetworkSettings }: Inspected, { byName }: Terms): string[] {
  const { NetworkMode: mode } = HostConfig;
  if (mode === 'host' || mode.startsWith('container:'))
    return [
      `it would share the network of ${mode === 'host' ? 'the host' : 'another container'} (${mode}), and its ports with stable: run stable in a network of its own`,
    ];
  const networks = Object.keys(NetworkSettings.Networks ?? {}).filter((name) => name !== 'bridge');
  if (byName && networks.length === 0)
    return [
      'it is in no network in which containers have names: put stable and the proxy into one (docker network create), or say address: port',
    ];
  if (mode === 'none') return ['it has no network (none), so that nothing could reach it'];
  return [];
}

function names(made: Inspected, stables: readonly Inspected[]): string[] {
  const taken = new Set(stables.flatMap(namesOf));
  const both = namesOf(made).filter((name) => taken.has(name));
  return both.length === 0
    ? []
    : [
        `it would answer to ${both.join(', ')}, which is a name of stable in a network: live traffic would reach it`,
      ];
}

function namesOf(container: Inspected): string[] {
  const networks = Object.values(container.NetworkSettings.Networks ?? {});
  const aliases = networks.flatMap(({ Aliases, DNSNames }) => [...(Aliases ?? []), ...(DNSNames ?? [])]);
  return [...new Set([nameOf(container), container.Config.Hostname, ...aliases])].filter(
    (name) => name !== '',
  );
}

function ports(made: Inspected, stables: readonly Inspected[]): string[] {
  const taken = new Set(stables.flatMap(publishedBy));
  const both = publishedBy(made).filter((port) => taken.has(port));
  return both.length === 0 ? [] : [`it would publish ${both.join(', ')}, which stable publishes`];
}

function publishedBy({ HostConfig }: Inspected): string[] {
  return Object.values(HostConfig.PortBindings ?? {}).flatMap((bound) =>
    (bound ?? []).flatMap(({ HostPort }) => (HostPort === '' ? [] : [`port ${HostPort}`])),
  );
}

function volumes(made: Inspected, stables: readonly Inspected[], { shared }: Terms): string[] {
  const written = new Set(stables.flatMap(writtenBy));
  const both = writtenBy(made).filter((source) => written.has(source) && !shared.includes(source));
  return both.map(
    (source) =>
      `it would write to ${source}, as stable does: mount it read-only, or, if two versions may write there at once, add it to \`shared\` in the spec`,
  );
}

/** The names of volumes and the paths of the host. */
function writtenBy({ Mounts }: Inspected): string[] {
  return Mounts.filter(({ Type, RW }) => RW && (Type === 'volume' || Type === 'bind')).map(
    ({ Type, Name, Source }) => (Type === 'volume' ? (Name ?? Source) : Source),
  );
}

function spaces({ HostConfig: { IpcMode, PidMode } }: Inspected): string[] {
  return Object.entries({ IPC: IpcMode, process: PidMode }).flatMap(([space, mode]) =>
    mode.startsWith('container:')
      ? [`it would share the ${space} namespace of another container (${mode})`]
      : [],
  );
}

function limits({ HostConfig }: Inspected): string[] {
  return HostConfig.Memory > 0
    ? []
    : ['it has no limit of memory of its own: the engine sets none, so it could starve stable'];
}
