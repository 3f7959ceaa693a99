/** What the operator of a worker lets specs use of it. */
import type { Config } from '../src/config.ts';
import { literalPattern } from '../src/text/literal-pattern.ts';
import { notAllowed } from './failures.ts';
import { Hiding } from './hiding.ts';
import { addressOf, hostMatcher, isHttp, nameOf, parseUrl } from './hosts.ts';
import { imageMatcher } from './images.ts';
import type { Grants } from './ports.ts';
import { toCommand } from './uses.ts';

/**
 * The grants of a worker: all that its operator allows, whichever adapter asks. Adapters get of it only what they declare
 * (`onlyDeclared`).
 *
 * @param config `allowHosts`: entries as {@link hostMatcher} reads them
 * @throws Error at an entry that is no host
 */
export function createGrants({
  allowHosts,
  allowSecrets,
  secretPlaces,
  secret,
  command,
  allowCommandEnv,
  allowDirectories,
  allowSockets,
  allowImages,
  allowNamespaces,
}: Pick<
  Config,
  | 'allowHosts'
  | 'allowSecrets'
  | 'secretPlaces'
  | 'secret'
  | 'command'
  | 'allowCommandEnv'
  | 'allowDirectories'
  | 'allowSockets'
  | 'allowImages'
  | 'allowNamespaces'
>): Grants {
  const matches = allowHosts.map(hostMatcher);
  const isOfImage = allowImages.map(imageMatcher);
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
    checkDirectory(path) {
      if (allowDirectories.includes(path)) return;
      throw notAllowed(
        `specs may not write to the directory ${path} on this worker; its operator can allow it by ` +
          `COALMINE_ALLOW_DIRECTORIES=${[...allowDirectories, path].join(',')}`,
      );
    },
    checkSocket(path) {
      if (allowSockets.includes(path)) return;
      throw notAllowed(
        `specs may not use the socket ${path} on this worker; its operator can allow it by ` +
          `COALMINE_ALLOW_SOCKETS=${[...allowSockets, path].join(',')}`,
      );
    },
    checkImage(image) {
      if (isOfImage.some((isOf) => isOf(image))) return;
      throw notAllowed(
        `specs may not use the image ${image} on this worker, which allows ${allowImages.join(', ')}; its operator can add it to COALMINE_ALLOW_IMAGES`,
      );
    },
    checkNamespace(context, namespace) {
      const isAllowed = allowNamespaces.some(
        (entry) => matchesPattern(entry.context, context) && matchesPattern(entry.namespace, namespace),
      );
      if (isAllowed) return;
      const asked = context === '' ? namespace : `${context}/${namespace}`;
      const others = allowNamespaces.length === 0 ? '' : '…,';
      throw notAllowed(
        `specs may not use the namespace ${namespace} of ${context === '' ? "the worker's own Kubernetes cluster" : `the Kubernetes context ${context}`} on this worker; ` +
          `its operator can allow it by COALMINE_ALLOW_NAMESPACES=${others}${asked}`,
      );
    },
  };
}

/** `*` stands for any characters, none included. */
function matchesPattern(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.split('*').map(literalPattern).join('.*')}$`).test(text);
}

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
