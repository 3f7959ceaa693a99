/** Gives an adapter what it declares, and nothing else. */
import { adapterFault } from './failures.ts';
import { addressOf, nameOf, parseUrl } from './hosts.ts';
import { fitsTemplate } from './images.ts';
import type { Adapter, Grants, Use } from './ports.ts';
import { toCommand } from './uses.ts';

/**
 * Makes the adapter for a plan, with what it declares for it.
 *
 * @param who the adapter, for messages: `target http`
 */
export function connect<Plan, Port>(
  adapter: Adapter<Plan, Port>,
  plan: Plan,
  grants: Grants,
  who: string,
): Port {
  return adapter.connect(plan, onlyDeclared(adapter.uses(plan), grants, who));
}

/**
 * The same grants, for one adapter and one plan: what the adapter did not declare is a non-retryable `AdapterFault`,
 * whatever the operator allows. So whatever is used has been held against the operator's lists before a rollout began.
 */
export function onlyDeclared(uses: readonly Use[], grants: Grants, who: string): Grants {
  const urls = uses.flatMap((use) => ('url' in use ? [use.url] : []));
  const anyHost = urls.includes(null);
  const hosts = new Set(urls.map(hostOf));
  const demand = (isDeclared: boolean, what: string): void => {
    if (isDeclared) return;
    throw adapterFault(
      `the adapter ${who} asked for ${what} and does not declare that it uses it: this is a fault of the adapter, not of ` +
        'the spec; report it',
    );
  };
  const demandSecret = (name: string, goesTo: string | null): void => {
    const isDeclared = uses.some(
      (use) => 'secret' in use && use.secret === name && (use.goesTo === null || isSame(use.goesTo, goesTo)),
    );
    demand(isDeclared, `the secret ${name}${goesTo === null ? '' : ` for ${hostOf(goesTo) ?? goesTo}`}`);
  };
  return {
    hiding: grants.hiding,
    checkUrl(url) {
      const host = hostOf(url);
      // What is no URL is refused for that.
      demand(host === null || anyHost || hosts.has(host), `the host ${String(host)}`);
      grants.checkUrl(url);
    },
    secret(name, goesTo) {
      demandSecret(name, goesTo);
      return grants.secret(name, goesTo);
    },
    checkSecret(name, goesTo) {
      demandSecret(name, goesTo);
      grants.checkSecret(name, goesTo);
    },
    secretUrl(name) {
      demand(
        uses.some((use) => 'secretUrl' in use && use.secretUrl === name),
        `the URL in the secret ${name}`,
      );
      const url = grants.secretUrl(name);
      hosts.add(hostOf(url));
      return url;
    },
    command(name) {
      demand(
        uses.some((use) => 'command' in use && use.command === name),
        `the command ${name}`,
      );
      return grants.command(name);
    },
    checkCommandVariable(name) {
      demand(
        uses.some((use) => 'variable' in use && use.variable === name),
        `the variable ${name}`,
      );
      grants.checkCommandVariable(name);
    },
    checkDirectory(path) {
      demand(
        uses.some((use) => 'directory' in use && use.directory === path),
        `the directory ${path}`,
      );
      grants.checkDirectory(path);
    },
    checkSocket(path) {
      demand(
        uses.some((use) => 'socket' in use && use.socket === path),
        `the socket ${path}`,
      );
      grants.checkSocket(path);
    },
    checkImage(image) {
      demand(
        uses.some((use) => 'image' in use && fitsTemplate(use.image, image)),
        `the image ${image}`,
      );
      grants.checkImage(image);
    },
    checkNamespace(context, namespace) {
      demand(
        uses.some((use) => 'context' in use && use.context === context && use.namespace === namespace),
        `the namespace ${namespace} of the Kubernetes context ${context}`,
      );
      grants.checkNamespace(context, namespace);
    },
  };
}

/** `host:port` of a URL; null where it is none, or is not known yet. */
function hostOf(url: string | null): string | null {
  const parsed = url === null ? null : parseUrl(url);
  return parsed === null ? null : nameOf(addressOf(parsed));
}

function isSame(declared: string, goesTo: string | null): boolean {
  if (declared === toCommand || goesTo === toCommand) return declared === goesTo;
  const host = hostOf(goesTo);
  return host !== null && host === hostOf(declared);
}
