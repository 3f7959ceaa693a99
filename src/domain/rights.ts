/**
 * What a worker must be allowed to do in a namespace of a Kubernetes cluster, by adapter. The doctor asks for these rights, the
 * chart and charts/coalmine-rights.yaml grant exactly these, and a test takes each away: this is the one place.
 */

/** The adapters that use a cluster, by their `type` in a spec. */
export const clusterAdapters = ['kubernetes', 'gateway-api'] as const;
export type ClusterAdapter = (typeof clusterAdapters)[number];

/** What an adapter does with one resource. */
export interface Right {
  adapter: ClusterAdapter;
  /** As in `apiVersion`: `apps/v1`, `v1`. */
  apiVersion: string;
  /** As in URLs and roles: `deployments`, `pods/log`. */
  resource: string;
  verbs: readonly string[];
  /** What fails without it. */
  what: string;
}

export const rights: readonly Right[] = [
  {
    ...{ adapter: 'kubernetes', apiVersion: 'apps/v1', resource: 'deployments' },
    verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'],
    what: "a release reads and changes stable's Deployment, and makes that of the canary beside it",
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'apps/v1', resource: 'replicasets' },
    verbs: ['list'],
    what: 'the version of each copy is read from its ReplicaSet',
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'v1', resource: 'pods' },
    verbs: ['list'],
    what: 'copies are counted, and looked at for restarts and images that cannot be pulled',
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'v1', resource: 'pods/log' },
    verbs: ['get'],
    what: 'the last lines of a copy that fails are told',
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'v1', resource: 'services' },
    verbs: ['get', 'list', 'create', 'update', 'delete'],
    what: "the canary gets a Service of its own, made from stable's",
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'policy/v1', resource: 'poddisruptionbudgets' },
    verbs: ['list'],
    what: "the canary's labels must be caught by no budget of stable",
  },
  {
    ...{ adapter: 'kubernetes', apiVersion: 'v1', resource: 'events' },
    verbs: ['list'],
    what: 'why copies do not start is told from their events',
  },
  ...(['httproutes', 'grpcroutes'] as const).map((resource): Right => ({
    ...{ adapter: 'gateway-api', apiVersion: 'gateway.networking.k8s.io/v1', resource },
    verbs: ['get', 'update'],
    what: 'a release changes weights and audiences in its routes',
  })),
];

/** The API group of a version: `apps` of `apps/v1`; empty for the core group. */
export function groupOf({ apiVersion }: Pick<Right, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
}

/** A rule of a Role. */
export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** What a Role must have for some rights. */
export function ruleOf({
  resource,
  verbs,
  ...right
}: Pick<Right, 'apiVersion' | 'resource' | 'verbs'>): Rule {
  return { apiGroups: [groupOf(right)], resources: [resource], verbs: [...verbs] };
}

/** A rule on one line, as it can be pasted into the rules of a Role. */
export function ruleText({ apiGroups, resources, verbs }: Rule): string {
  const list = (texts: readonly string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`;
  return `{ apiGroups: ${list(apiGroups)}, resources: ${list(resources)}, verbs: ${list(verbs)} }`;
}
