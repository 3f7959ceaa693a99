import { z } from 'zod';
import { ClusterError, type ClusterApi } from '../../cluster-api.ts';
import { FileError } from '../input-file.ts';

const texts = z.record(z.string(), z.string());
const metadata = z.object({ name: z.string(), namespace: z.string() });

const deployment = z.object({
  metadata,
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: texts.default({}) }),
      spec: z.object({
        containers: z.array(
          z.object({ name: z.string(), image: z.string(), readinessProbe: z.unknown().optional() }),
        ),
      }),
    }),
  }),
});

const service = z.object({
  metadata,
  spec: z.object({
    selector: texts.nullish(),
    ports: z.array(z.object({ port: z.number() })).default([]),
  }),
});

const backendRef = z.object({
  kind: z.string().default('Service'),
  name: z.string(),
  namespace: z.string().optional(),
});
const parentRef = z.object({
  kind: z.string().default('Gateway'),
  name: z.string(),
  namespace: z.string().optional(),
});

const route = z.object({
  metadata,
  spec: z.object({
    parentRefs: z.array(parentRef).default([]),
    rules: z.array(z.object({ backendRefs: z.array(backendRef).default([]) })).default([]),
  }),
});

const gateway = z.object({ spec: z.object({ gatewayClassName: z.string() }) });
const gatewayClass = z.object({ spec: z.object({ controllerName: z.string() }) });

export type Deployment = z.output<typeof deployment>;
type Route = z.output<typeof route>;

/** A route of the Gateway API that sends to a Service. */
export interface RouteFound {
  kind: 'HTTPRoute' | 'GRPCRoute';
  name: string;
  namespace: string;
  /** Who serves it, as its GatewayClass says: `traefik.io/gateway-controller`; null: nobody says. */
  controller: string | null;
}

/** What is known of a Deployment that is to be released. */
export interface InCluster {
  deployment: Deployment;
  /** Services that send to its pods. */
  services: string[];
  /** The routes that send to one of them. */
  routes: RouteFound[];
  /** A Prometheus of the cluster: its Service. */
  prometheus: { name: string; namespace: string } | null;
}

const gatewayApi = '/apis/gateway.networking.k8s.io/v1';

/**
 * @throws FileError where there is no such Deployment
 * @throws ClusterError where the cluster gives no answer
 */
export async function lookIntoCluster(api: ClusterApi, namespace: string, name: string): Promise<InCluster> {
  const found = await api.get(
    `/apis/apps/v1/namespaces/${namespace}/deployments/${encodeURIComponent(name)}`,
  );
  if (found === null)
    throw new FileError(
      `There is no Deployment ${name} in the namespace ${namespace} at ${api.server}. See which there are: kubectl get deployments --namespace ${namespace}`,
    );
  const stable = deployment.parse(found);
  const { labels } = stable.spec.template.metadata;
  const services = (await list(api, `/api/v1/namespaces/${namespace}/services`, service))
    .filter(({ spec: { selector } }) => selects(selector ?? {}, labels))
    .map(({ metadata }) => metadata.name);
  return {
    deployment: stable,
    services,
    routes: await routesTo(api, namespace, services),
    prometheus: await prometheusIn(api),
  };
}

function selects(selector: Record<string, string>, labels: Record<string, string>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

async function routesTo(
  api: ClusterApi,
  namespace: string,
  services: readonly string[],
): Promise<RouteFound[]> {
  const found: RouteFound[] = [];
  for (const [kind, resource] of [
    ['HTTPRoute', 'httproutes'],
    ['GRPCRoute', 'grpcroutes'],
  ] as const)
    for (const one of await list(api, `${gatewayApi}/namespaces/${namespace}/${resource}`, route))
      if (sendsTo(one, services))
        found.push({
          kind,
          name: one.metadata.name,
          namespace,
          controller: await controllerOf(api, one).catch(unless403),
        });
  return found;
}

function sendsTo({ metadata, spec }: Route, services: readonly string[]): boolean {
  return spec.rules.some(({ backendRefs }) =>
    backendRefs.some(
      ({ kind, name, namespace = metadata.namespace }) =>
        kind === 'Service' && namespace === metadata.namespace && services.includes(name),
    ),
  );
}

async function controllerOf(api: ClusterApi, { metadata, spec }: Route): Promise<string | null> {
  const parent = spec.parentRefs.find(({ kind }) => kind === 'Gateway');
  if (parent === undefined) return null;
  const { name, namespace = metadata.namespace } = parent;
  const at = await api.get(`${gatewayApi}/namespaces/${namespace}/gateways/${name}`);
  if (at === null) return null;
  const ofClass = await api.get(`${gatewayApi}/gatewayclasses/${gateway.parse(at).spec.gatewayClassName}`);
  return ofClass === null ? null : gatewayClass.parse(ofClass).spec.controllerName;
}

/** One that answers at Prometheus's own port. */
async function prometheusIn(api: ClusterApi): Promise<InCluster['prometheus']> {
  const services = await list(api, '/api/v1/services', service).catch(unless403);
  const found = services?.find(
    ({ metadata, spec }) =>
      metadata.name.includes('prometheus') && spec.ports.some(({ port }) => port === 9090),
  );
  return found === undefined ? null : { name: found.metadata.name, namespace: found.metadata.namespace };
}

async function list<T>(api: ClusterApi, path: string, item: z.ZodType<T>): Promise<T[]> {
  const answer = await api.get(path);
  return answer === null ? [] : z.object({ items: z.array(item) }).parse(answer).items;
}

/** Who may not look finds nothing. */
function unless403(error: unknown): null {
  if (error instanceof ClusterError && error.status === 403) return null;
  throw error;
}
