/** How a cluster is reached: its address and the worker's credentials, by kubeconfig or by the pod that the worker runs in. */
import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { refused } from '../failures.ts';

/** Connections to one API server: a worker may run hundreds of rollouts. */
const mostConnections = 32;

/** A kubeconfig is read again after this time (ms): contexts and credentials change. */
const freshness = 600_000;

/** One cluster, with the credentials of the worker. */
export interface Access {
  /** For people: `https://10.0.0.1:6443`. */
  server: string;
  /** What a request is sent with. Asked for each request: tokens expire. */
  credentials: () => Promise<Credentials>;
}

interface Credentials {
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

const known = new Map<string, { since: number; access: Promise<Access> }>();

/**
 * The access of a context, shared by everything in this process: an exec plugin runs once for each credential, and
 * connections are reused.
 *
 * @param context of the worker's kubeconfig; empty: its current one, or the cluster that the worker runs in
 * @throws a non-retryable failure where there is no such context
 */
export function accessTo(context: string): Promise<Access> {
  const found = known.get(context);
  if (found !== undefined && performance.now() - found.since < freshness) return found.access;
  const access = load(context);
  known.set(context, { since: performance.now(), access });
  access.catch(() => {
    forgetAccess(context);
  });
  return access;
}

/** What is known of a context is read again at the next request: its credentials were refused. */
export function forgetAccess(context: string): void {
  known.delete(context);
}

async function load(context: string): Promise<Access> {
  // Loaded only when used: it takes a second and 80 MB.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw refused(
      `the kubeconfig of the worker cannot be read (${messageOf(error)}); correct the file at KUBECONFIG, or at ~/.kube/config`,
    );
  }
  if (context !== '') choose(config, context);
  const cluster = config.getCurrentCluster();
  if (config.getCurrentContext() === 'loaded-context' || cluster === null)
    throw refused(
      context === ''
        ? 'the worker knows no Kubernetes cluster; set KUBECONFIG where it runs, or run it in a pod with a service account'
        : `the context ${context} names a cluster that the worker's kubeconfig does not have; correct it (kubectl config view)`,
    );
  const { server, proxyUrl } = cluster;
  const agents = new Map<string, Dispatcher>();
  return {
    server,
    async credentials() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const secured = tlsOf(options);
      const key = createHash('sha256').update(JSON.stringify(secured)).digest('hex');
      let dispatcher = agents.get(key);
      if (dispatcher === undefined) {
        dispatcher = createDispatcher(secured, proxyUrl);
        agents.set(key, dispatcher);
      }
      return { headers: headersOf(options), dispatcher };
    },
  };
}

function choose(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null) {
    const names = config.getContexts().map(({ name }) => name);
    throw refused(
      `the worker's kubeconfig has no context ${context}, only ${names.slice(0, 10).join(', ') || 'none'}; correct target.context, or add it where the worker runs`,
    );
  }
  config.setCurrentContext(context);
}

type Tls = ReturnType<typeof tlsOf>;

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions) {
  const text = (value: unknown): string | undefined => {
    if (Buffer.isBuffer(value)) return value.toString();
    return typeof value === 'string' ? value : undefined;
  };
  return {
    ca: text(ca),
    cert: text(cert),
    key: text(key),
    servername: text(servername),
    rejectUnauthorized: rejectUnauthorized ?? true,
  };
}

function createDispatcher(secured: Tls, proxyUrl: string | undefined): Dispatcher {
  const tls = Object.fromEntries(Object.entries(secured).filter(([, value]) => value !== undefined));
  // Idle connections hold no process.
  const common = { connections: mostConnections, keepAliveTimeout: 4_000 };
  if (proxyUrl === undefined || proxyUrl === '')
    return new Agent({ ...common, connect: { ...tls, timeout: 10_000 } });
  if (!/^https?:/.test(proxyUrl))
    throw refused(
      "the worker's kubeconfig has a proxy-url that is not http:// or https://; the worker uses no other proxy",
    );
  return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: tls });
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  return {
    ...Object.fromEntries(given),
    ...(typeof auth === 'string' && { authorization: `Basic ${Buffer.from(auth).toString('base64')}` }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
