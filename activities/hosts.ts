/** How addresses are compared: as the URL standard reads them, so that no other way to write one gets past a list. */

/** A host and its port: what a list of hosts allows or does not. */
export interface Address {
  /** Lower case, without a dot at the end; IPv6 in brackets. */
  host: string;
  port: string;
}

export function addressOf({ hostname, port, protocol }: URL): Address {
  return { host: hostname.replace(/\.$/, ''), port: port || (protocol === 'https:' ? '443' : '80') };
}

/** `host:port`, as an operator would list it. */
export function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

/**
 * Whether an address is one that an entry of an operator's list names: case, default ports, a dot at the end, IPv4 in
 * octal, hex or as one number make no difference.
 *
 * @param entry `host` or `*.example.com` (any depth below it, not itself), each with or without a port (without: any
 * port), or `loopback` (127.0.0.0/8, `[::1]`, `localhost`)
 * @throws Error at an entry that is no host
 */
export function hostMatcher(entry: string): (address: Address) => boolean {
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

function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** Null where the text is no absolute URL. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
